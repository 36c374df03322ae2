// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** What plain `npm start` does to its image: a little of what people do to theirs. */
export const DEMO_SCRIPT = `#!/bin/sh
set -eu
. /etc/os-release
echo "inside $PRETTY_NAME as $(id -un), kernel of the image: $(ls /usr/lib/modules | tail -n 1)"

echo "writes a message of the day"
printf 'This image was customized by job %s.\\n' "$IMS_JOB_ID" > /etc/motd

echo "adds a user"
id demo > /dev/null 2>&1 || useradd --create-home --shell /bin/bash demo

echo "keeps a list of its packages"
dpkg-query --show --showformat '\${Package} \${Version}\\n' > /root/packages.txt
echo "$(wc -l < /root/packages.txt) packages"
`;
