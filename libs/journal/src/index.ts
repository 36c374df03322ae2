// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export { openJournal, type JournalOptions, type OpenJournal } from './journal.ts';
export { recover, type Recovered } from './recover.ts';
export { readJournal } from './read.ts';
