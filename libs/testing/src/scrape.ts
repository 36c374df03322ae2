// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import parse from 'parse-prometheus-text-format';

/** One value of a metric. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a server of metrics has answered. */
export interface Scraped {
  readonly contentType: string | null;
  readonly text: string;
  /** The type and the help of each metric, by its name. */
  readonly metrics: ReadonlyMap<string, { readonly type: string; readonly help: string }>;
  readonly samples: (name: string) => readonly Sample[];
  /** The label of the one sample that is 1 among others that are 0; undefined when there is no such one. */
  readonly chosen: (name: string, label: string) => string | undefined;
}

/**
 * Does what Prometheus does, read by a parser that is not of the package that has written it.
 *
 * @throws Error when the answer is none that Prometheus would take
 */
export async function scrape(address: string): Promise<Scraped> {
  const response = await fetch(address);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${address} answered ${String(response.status)}: ${text}`);
  const families = parse(text);
  const samples = (name: string): Sample[] =>
    families
      .filter((family) => family.name === name)
      .flatMap(({ metrics }) => metrics.map(({ labels = {}, value }) => ({ labels, value: Number(value) })));
  return {
    contentType: response.headers.get('content-type'),
    text,
    metrics: new Map(families.map(({ name, type, help }) => [name, { type: type.toLowerCase(), help }])),
    samples,
    chosen: (name, label) => {
      const [first, ...more] = samples(name).filter(({ value }) => value !== 0);
      return more.length === 0 && first?.value === 1 ? first.labels[label] : undefined;
    },
  };
}
