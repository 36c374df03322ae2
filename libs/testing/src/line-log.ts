// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** One line of JSON that a program wrote. */
export type LogLine = Readonly<Record<string, unknown>> & {
  readonly msg?: string;
  readonly level?: string;
};

/** What a program wrote, and who waits for a line of it. */
export interface LineLog {
  readonly lines: readonly LogLine[];
  add(stream: 'stdout' | 'stderr', line: string): void;
  text(stream: 'stdout' | 'stderr'): string;
  waitFor(wanted: string | ((line: LogLine) => boolean)): Promise<LogLine>;
  /** No more lines will come. */
  end(why: string): void;
}

interface Waiting {
  readonly likes: (line: LogLine) => boolean;
  readonly resolve: (line: LogLine) => void;
  readonly reject: (error: Error) => void;
}

/** Makes an empty log of a program. */
export function createLineLog(program: string): LineLog {
  const lines: LogLine[] = [];
  const written: { stream: 'stdout' | 'stderr'; line: string }[] = [];
  const waiting = new Set<Waiting>();
  let over: string | undefined;
  const failure = (why: string): Error =>
    new Error(
      `${program} ${why} without the line that was waited for; it said:\n${written.map(({ line }) => line).join('\n')}`,
    );
  return {
    lines,
    add: (stream, line) => {
      written.push({ stream, line });
      const parsed = parse(line);
      if (parsed === undefined) return;
      lines.push(parsed);
      for (const one of [...waiting])
        if (one.likes(parsed)) {
          waiting.delete(one);
          one.resolve(parsed);
        }
    },
    text: (stream) =>
      written
        .filter((one) => one.stream === stream)
        .map(({ line }) => `${line}\n`)
        .join(''),
    waitFor: async (wanted) => {
      const likes = typeof wanted === 'string' ? (line: LogLine) => line.msg?.includes(wanted) === true : wanted;
      const past = lines.find(likes);
      if (past !== undefined) return past;
      if (over !== undefined) throw failure(over);
      return await new Promise((resolve, reject) => waiting.add({ likes, resolve, reject }));
    },
    end: (why) => {
      over = why;
      for (const one of waiting) one.reject(failure(why));
      waiting.clear();
    },
  };
}

function parse(line: string): LogLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return undefined;
  }
}
