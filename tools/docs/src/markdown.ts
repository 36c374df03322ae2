// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** A table; a bar in a cell does not end the cell, and an empty cell is shown as a dash. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => (cell === '' ? '–' : cell.replaceAll('|', '\\|'))).join(' | ')} |`;
  return [row(columns), row(columns.map(() => '---')), ...rows.map(row)].join('\n');
}

/** Words in the type of code, separated by commas. */
export function codes(words: readonly string[]): string {
  return words.map(code).join(', ');
}

/** A word in the type of code. */
export function code(word: string): string {
  return `\`${word}\``;
}

/** Text that is shown as it stands, in a language. */
export function block(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

/** A page: paragraphs and tables with an empty line between them. */
export function page(...parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}

/** How every generated page says that it is one. */
export function generatedFrom(sources: readonly string[]): string {
  return `<!-- Generated from ${sources.join(' and ')} by npm run docs. Edit the tables there, not this page. -->`;
}
