#!/bin/sh
# (C) Copyright 2026 Hewlett Packard Enterprise Development LP
# SPDX-License-Identifier: MIT

# The default of CUSTOMIZATION_SCRIPT: does nothing. A site puts its own over it to customise an image by program.

exit 0
