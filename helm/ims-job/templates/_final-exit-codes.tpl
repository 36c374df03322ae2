{{- /*
(C) Copyright 2026 Hewlett Packard Enterprise Development LP
SPDX-License-Identifier: MIT
*/}}

{{- /* The reasons in libs/contract that no other start would get over; a test holds the list to that table. */}}
{{- define "ims-job.finalExitCodes" -}}
# A defect, a wrong configuration.
- 1
- 2
# The user, the build or the script said failed.
- 10
- 11
- 12
# sshd, and what the platform or the cluster does not offer.
- 23
- 24
- 25
- 26
- 28
# The image root.
- 30
- 31
- 32
- 35
# Storage refuses, or what was fetched cannot be used.
- 42
- 43
- 46
- 47
- 48
# IMS or its token server refuses.
- 52
- 54
{{- end }}
