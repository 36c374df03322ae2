{{- /*
(C) Copyright 2026 Hewlett Packard Enterprise Development LP
SPDX-License-Identifier: MIT
*/}}

{{- /* Labels of everything that this chart makes. */}}
{{- define "ims-job.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}
ims.cray.com/job-id: {{ .Values.job.id | lower | quote }}
{{- end }}

{{- /* What the pods of this job alone have, and always had. */}}
{{- define "ims-job.selector" -}}
app: {{ printf "ims-%s-%s" (.Values.job.id | lower) .Values.job.action | quote }}
{{- end }}

{{- define "ims-job.claim" -}}
{{ .Values.claim.existing | default (printf "%s-claim" .Release.Name) }}
{{- end }}

{{- define "ims-job.sourceSecret" -}}
{{ .Values.source.secret | default (printf "%s-source" .Release.Name) }}
{{- end }}

{{- /* A digest is a tag as well: `sha256:…`. */}}
{{- define "ims-job.image" -}}
{{- $tag := .image.tag | default .root.Chart.AppVersion -}}
{{- $registry := .root.Values.images.registry | trimSuffix "/" -}}
{{- $place := empty $registry | ternary "" (printf "%s/" $registry) -}}
{{- printf "%s%s%s%s" $place .image.repository (hasPrefix "sha256:" $tag | ternary "@" ":") $tag | quote -}}
{{- end }}

{{- /* Emulation of a foreign architecture needs the rights that DKMS needs. */}}
{{- define "ims-job.privileged" -}}
{{- if or .Values.job.dkms (eq .Values.job.arch "aarch64") }}true{{ end -}}
{{- end }}

{{- define "ims-job.runtimeClass" -}}
{{- $class := .Values.runtimeClass -}}
{{- if eq .Values.job.arch "aarch64" }}{{ $class.aarch64 }}{{ else if .Values.job.dkms }}{{ $class.dkms }}{{ else }}{{ $class.plain }}{{ end -}}
{{- end }}

{{- /* The word that the programs take for a truth. */}}
{{- define "ims-job.truth" -}}
{{ ternary "True" "False" . }}
{{- end }}

{{- /*
Variables from a map. Kubernetes reads `$(NAME)` in a value as another variable, and `$$` as `$`: an image may be named
so, and a name is a name.
*/}}
{{- define "ims-job.env" -}}
{{- range $name, $value := . }}
- name: {{ $name | quote }}
  value: {{ $value | replace "$" "$$" | quote }}
{{- end }}
{{- end }}
