{{- /*
(C) Copyright 2026 Hewlett Packard Enterprise Development LP
SPDX-License-Identifier: MIT
*/}}

{{- /* What a schema cannot say: everything that is missing or contradicts itself, at once, with the mend. */}}
{{- define "ims-job.check" -}}
{{- $v := .Values -}}
{{- $customize := eq $v.job.action "customize" -}}
{{- $problems := include "ims-job.malformed" . | splitList "\n" | compact -}}
{{- if not $v.job.id -}}
{{- $problems = append $problems "job.id is missing: the id of the IMS job, or with ims.enabled=false any UUID (--set job.id=$(node -p 'crypto.randomUUID()'))" -}}
{{- end -}}
{{- if not $v.result.name -}}
{{- $problems = append $problems "result.name is missing: how the image will be called; a name of digits needs --set-string" -}}
{{- end -}}
{{- if and (or $customize $v.job.debug) (not (trim $v.ssh.publicKey)) -}}
{{- $problems = append $problems "ssh.publicKey is missing: nobody could log in (--set-file ssh.publicKey=$HOME/.ssh/id_ed25519.pub)" -}}
{{- end -}}
{{- if and $customize (not $v.source.url) (not $v.source.secret) -}}
{{- $problems = append $problems "source.url is missing: the address of the image to be customised (or source.secret)" -}}
{{- end -}}
{{- if and $v.source.url $v.source.secret -}}
{{- $problems = append $problems "source.url and source.secret are both given: which of the two is meant?" -}}
{{- end -}}
{{- if and (not $customize) (or $v.source.url $v.source.secret) -}}
{{- $problems = append $problems "source is given although job.action is create: only customize starts from an image" -}}
{{- end -}}
{{- if and (not $customize) (not $v.builder.image) (not $v.claim.existing) -}}
{{- $problems = append $problems "builder.image is missing: what builds the image root (or claim.existing, with one in build/image-root)" -}}
{{- end -}}
{{- if and $customize $v.builder.image -}}
{{- $problems = append $problems "builder.image is given although job.action is customize" -}}
{{- end -}}
{{- if and (not $customize) $v.job.jail -}}
{{- $problems = append $problems "job.jail is given although job.action is create: the shell of a failed build is never jailed" -}}
{{- end -}}
{{- if and $v.ims.enabled (not $v.store.bucket) -}}
{{- $problems = append $problems "store.bucket is empty although ims.enabled is true: IMS links images in S3 only (set ims.enabled=false)" -}}
{{- end -}}
{{- if and $v.store.bucket (not $v.store.secret) -}}
{{- $problems = append $problems "store.secret is missing: the keys to the bucket" -}}
{{- end -}}
{{- if and $v.ims.enabled (not $v.ims.oauthSecret) -}}
{{- $problems = append $problems "ims.oauthSecret is missing: by what IMS knows the job" -}}
{{- end -}}
{{- if and (include "ims-job.privileged" .) (not (include "ims-job.runtimeClass" .)) (not $v.runtimeClass.hostKernel) -}}
{{- $mode := eq $v.job.arch "aarch64" | ternary "aarch64" "dkms" -}}
{{- $problems = append $problems (printf "runtimeClass.%s is empty: whoever logs in would be root of the node; name a class with a kernel of its own, as kata-qemu, or say runtimeClass.hostKernel=true" $mode) -}}
{{- end -}}
{{- if $problems -}}
{{- fail (printf "\n\n  %s\n" (join "\n  " $problems)) -}}
{{- end -}}
{{- end }}

{{- /* What does not look like what it is meant to be, a line each. A key is not repeated: it may be the wrong one. */}}
{{- define "ims-job.malformed" -}}
{{- $v := .Values -}}
{{- if not (regexMatch "^$|^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$" $v.job.id) }}
job.id is {{ $v.job.id | quote }}, which is no UUID: give the id that IMS has for the job, or with ims.enabled=false any (--set job.id=$(node -p 'crypto.randomUUID()'))
{{- end }}
{{- if not (regexMatch "^$|^[0-9a-f]{32}$" $v.source.md5) }}
source.md5 is {{ $v.source.md5 | quote }}, which is no md5: give 32 digits of lower-case hex, as md5sum prints them, or nothing
{{- end }}
{{- if eq (int $v.metrics.port) 22 }}
metrics.port is 22, which is the port of the shell: give another from 1024 on, as 9464
{{- else if lt (int $v.metrics.port) 1024 }}
metrics.port is {{ int $v.metrics.port }}, which the agent may have no right to open: give one from 1024 on, as 9464
{{- end }}
{{- if not (regexMatch "^$|^#!" $v.ssh.customizationScript) }}
ssh.customizationScript does not begin with #!: name in its first line the program that runs it, as #!/bin/sh
{{- end }}
{{- if contains "PRIVATE KEY" $v.ssh.publicKey }}
ssh.publicKey is a private key: give the file beside it, whose name ends in .pub
{{- else }}
{{- $strange := list -}}
{{- range $i, $line := splitList "\n" $v.ssh.publicKey -}}
{{- if not (regexMatch `^$|^#|^(\S.*\s)?(sk-)?(ssh|ecdsa)-[a-z0-9@.-]+\s+AAAA[A-Za-z0-9+/]*={0,2}(\s.*)?$` (trim $line)) -}}
{{- $strange = append $strange (add1 $i) -}}
{{- end -}}
{{- end -}}
{{- with $strange }}
ssh.publicKey, line {{ join ", " . }}: no public key of OpenSSH, as ssh-ed25519 AAAA… (--set-file ssh.publicKey=$HOME/.ssh/id_ed25519.pub)
{{- end }}
{{- end }}
{{- end }}

{{- /* Kubernetes refuses to change the pods of a Job, and repeats all of their template instead of saying so. */}}
{{- define "ims-job.unchanged" -}}
{{- if .Release.IsUpgrade -}}
{{- $job := lookup "batch/v1" "Job" .Release.Namespace .Release.Name -}}
{{- $before := dig "metadata" "annotations" "ims.cray.com/pod-template" "" $job -}}
{{- if and $before (ne $before (include "ims-job.podTemplate" . | sha256sum)) -}}
{{- fail (printf "job %s has begun, and what its pods are made of cannot be changed any more: install another release, or remove this one first (helm uninstall --namespace %s %s)" .Release.Name .Release.Namespace .Release.Name) -}}
{{- end -}}
{{- end -}}
{{- end }}
