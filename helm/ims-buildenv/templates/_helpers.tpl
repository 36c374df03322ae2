{{- /*
(C) Copyright 2026 Hewlett Packard Enterprise Development LP
SPDX-License-Identifier: MIT
*/}}

{{- /* Labels of everything that this chart makes. */}}
{{- define "ims-buildenv.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}
{{- end }}

{{- /* Objects of the cluster bear the namespace in their names: each namespace with jobs has its own. */}}
{{- define "ims-buildenv.clusterName" -}}
{{ printf "ims-agent.%s" .Release.Namespace }}
{{- end }}

{{- /* The accounts as the API server knows them, as a list of CEL. */}}
{{- define "ims-buildenv.users" -}}
[{{ range $i, $name := .Values.serviceAccounts.names }}{{ if $i }}, {{ end }}'system:serviceaccount:{{ $.Release.Namespace }}:{{ $name }}'{{ end }}]
{{- end }}

{{- /* The pod that a token was made for, by name and uid; both are empty for a token that is bound to none. */}}
{{- define "ims-buildenv.boundPod" -}}
- name: podName
  expression: request.userInfo.?extra[?'authentication.kubernetes.io/pod-name'][?0].orValue('')
- name: podUid
  expression: request.userInfo.?extra[?'authentication.kubernetes.io/pod-uid'][?0].orValue('')
{{- end }}
