{{- /*
(C) Copyright 2026 Hewlett Packard Enterprise Development LP
SPDX-License-Identifier: MIT
*/}}

{{- /* All that the agent is told: what it would refuse is refused before anything is fetched. */}}
{{- define "ims-job.prepare.env" -}}
{{- $ours := mergeOverwrite (include "ims-job.agent.values" . | fromYaml) (dict "DOWNLOAD_MD5SUM" .Values.source.md5) -}}
{{- include "ims-job.env" (mergeOverwrite $ours (include "ims-job.outside" . | fromYaml) .Values.env.agent) }}
{{- include "ims-job.keys" . }}
{{- include "ims-job.pod" . }}
- name: SOURCE_URL
  valueFrom:
    secretKeyRef:
      name: {{ include "ims-job.sourceSecret" . | quote }}
      key: url
{{- end }}

{{- define "ims-job.agent.values" -}}
{{- $ours := dict
  "IMS_ACTION" .Values.job.action
  "IMS_JOB_ID" (.Values.job.id | lower)
  "IMAGE_ROOT_PARENT" "/mnt/image"
  "ENABLE_DEBUG" (include "ims-job.truth" .Values.job.debug)
  "SSH_JAIL" (include "ims-job.truth" .Values.job.jail)
  "BUILD_ARCH" .Values.job.arch
  "IMAGE_ROOT_ARCHIVE_NAME" .Values.result.name
  "KERNEL_FILENAME" .Values.result.kernel
  "INITRD_FILENAME" .Values.result.initrd
  "KERNEL_PARAMETERS_FILENAME" .Values.result.parameters
  "IMS_SQUASHFS_COMPRESSION" .Values.result.compression
  "IMS_SQUASHFS_BLOCK_SIZE" .Values.result.blockSize
  "IMS_ON_INVALID" .Values.job.onInvalid
  "IMS_AUTHORIZED_KEYS" "/etc/ims-job/authorized_keys"
  "IMS_HOST_KEY_DIR" "/mnt/image/.ims/host-keys"
  "LOG_LEVEL" .Values.job.logLevel
-}}
{{- if .Values.store.bucket -}}
{{- $_ := set $ours "S3_BUCKET" .Values.store.bucket -}}
{{- end -}}
{{- toYaml $ours }}
{{- end }}

{{- define "ims-job.agent.env" -}}
{{- $ours := include "ims-job.agent.values" . | fromYaml -}}
{{- if .Values.metrics.enabled -}}
{{- $_ := set $ours "IMS_METRICS_PORT" (.Values.metrics.port | int | toString) -}}
{{- end -}}
{{- include "ims-job.env" (mergeOverwrite $ours (include "ims-job.outside" . | fromYaml) .Values.env.agent) }}
{{- include "ims-job.keys" . }}
{{- include "ims-job.pod" . }}
{{- end }}

{{- /* The users of the shell see all of this. */}}
{{- define "ims-job.sshd.env" -}}
{{- $ours := dict
  "IMS_ACTION" .Values.job.action
  "IMS_JOB_ID" (.Values.job.id | lower)
  "IMAGE_ROOT_PARENT" "/mnt/image"
  "ENABLE_DEBUG" (include "ims-job.truth" .Values.job.debug)
  "SSH_JAIL" (include "ims-job.truth" .Values.job.jail)
  "JOB_ENABLE_DKMS" (include "ims-job.truth" (eq (include "ims-job.privileged" .) "true"))
  "BUILD_ARCH" .Values.job.arch
  "SSHD_OPTIONS" "-E /etc/cray/ims/sshd.log -f /etc/cray/ims/sshd_config"
  "SSHD_CONFIG_FILE" "/etc/cray/ims/sshd_config"
  "IMS_HOST_KEY_DIR" "/mnt/image/.ims/host-keys"
  "LOG_LEVEL" .Values.job.logLevel
-}}
{{- if .Values.ssh.customizationScript -}}
{{- $_ := set $ours "CUSTOMIZATION_SCRIPT" "/etc/ims-job/customize.sh" -}}
{{- end -}}
{{- if .Values.env.sshd -}}
{{- $_ := set $ours "IMS_SHELL_VARIABLES" (keys .Values.env.sshd | sortAlpha | join " ") -}}
{{- end -}}
{{- include "ims-job.env" (mergeOverwrite $ours .Values.env.sshd) }}
{{- end }}

{{- /* What the agent and the stage before it are told of the world. */}}
{{- define "ims-job.outside" -}}
# Whoever replaces this pod goes on: an interruption is not the end.
IMS_RESUMED_LATER: "True"
IMS_BACKOFF_LIMIT: {{ .Values.job.backoffLimit | quote }}
IMS_REGISTRY: {{ ternary "ims" (empty .Values.store.bucket | ternary "store" "none") .Values.ims.enabled | quote }}
{{- if .Values.ims.enabled }}
IMS_URL: {{ .Values.ims.url | quote }}
OAUTH_CONFIG_DIR: /etc/admin-client-auth
{{- end }}
{{- if .Values.ca.configMap }}
CA_CERT: {{ printf "/etc/cray/ca/%s" .Values.ca.file | quote }}
{{- end }}
{{- end }}

{{- /* For the agent and the stage before it; the sshd container has none of them (H31). */}}
{{- define "ims-job.keys" -}}
{{- if .Values.store.bucket }}
{{- $secret := .Values.store.secret }}
{{- range $variable, $key := dict "S3_ACCESS_KEY" "access_key" "S3_SECRET_KEY" "secret_key" "S3_ENDPOINT" "s3_endpoint" "S3_SSL_VALIDATE" "ssl_validate" }}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret | quote }}
      key: {{ $key }}
      {{- if eq $variable "S3_SSL_VALIDATE" }}
      optional: true
      {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- /* By these the agent finds its own pod. */}}
{{- define "ims-job.pod" }}
- name: IMS_POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: IMS_POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: IMS_POD_UID
  valueFrom:
    fieldRef:
      fieldPath: metadata.uid
{{- end }}
