// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

declare module 'parse-prometheus-text-format' {
  /** One metric as the text has it. */
  interface Family {
    readonly name: string;
    readonly help: string;
    readonly type: string;
    readonly metrics: readonly { readonly value: string; readonly labels?: Readonly<Record<string, string>> }[];
  }

  /** @throws Error for a line that is none */
  export default function parsePrometheusTextFormat(text: string): readonly Family[];
}
