{{- /*
(C) Copyright 2026 Hewlett Packard Enterprise Development LP
SPDX-License-Identifier: MIT
*/}}

{{- /* Everything in the image root belongs to root and to whom the image says: both stages work as root, with little more. */}}
{{- define "ims-job.prepare.security" -}}
runAsUser: 0
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
  # Owners, modes, device nodes and capabilities of files, as the image has them.
  add: [CHOWN, DAC_OVERRIDE, FOWNER, FSETID, MKNOD, SETFCAP]
{{- end }}

{{- define "ims-job.agent.security" -}}
runAsUser: 0
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
  # It reads every file of the image, and puts certificates and the resolver's configuration into it.
  add: [CHOWN, DAC_OVERRIDE, FOWNER, FSETID{{ if include "ims-job.setsAttributes" . }}, LINUX_IMMUTABLE{{ end }}]
{{- end }}

{{- /* Beside a privileged container files may be immutable (chattr +i), which forbids the agent its own work too. */}}
{{- define "ims-job.setsAttributes" -}}
{{- if or (include "ims-job.privileged" .) (and (eq .Values.job.action "create") .Values.builder.privileged) }}true{{ end -}}
{{- end }}

{{- /* kiwi mounts into the root that it builds and changes into it; IMS itself gives every builder all rights. */}}
{{- define "ims-job.builder.security" -}}
privileged: {{ .Values.builder.privileged }}
{{- end }}

{{- /* The file system of the container is written to: an unjailed user works in it. */}}
{{- define "ims-job.sshd.security" -}}
runAsUser: 0
{{- if include "ims-job.privileged" . }}
# It mounts proc, sysfs and devtmpfs into the image root, or registers an emulator with the kernel. The runtime class
# gives it a kernel of its own; none is refused unless somebody has said that he means it.
privileged: true
capabilities:
  add: [SYS_ADMIN]
{{- else }}
# The user is root and installs packages: programs with the set-user-id bit have to work.
allowPrivilegeEscalation: true
capabilities:
  drop: [ALL]
  add:
    # sshd: the port, its sandbox and jail, becoming the user, ending his sessions, the record of a login.
    - NET_BIND_SERVICE
    - SYS_CHROOT
    - SETUID
    - SETGID
    - KILL
    - AUDIT_WRITE
    # The user: what package managers do with files.
    - CHOWN
    - DAC_OVERRIDE
    - FOWNER
    - FSETID
    - MKNOD
    - SETFCAP
{{- end }}
{{- end }}
