// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** The role of the chart `ims-buildenv` that holds every right this program needs in a namespace of jobs. */
const ROLE = 'ims-user';

const REFUSAL =
  /User "(?<user>[^"]+)" cannot \S+ resource "\S+" in API group "\S*" in the namespace "(?<namespace>[^"]+)"/;
const ACCOUNT = /^system:serviceaccount:(?<owner>[^:]+:(?<name>[^:]+))$/;
/** What a shell reads as it stands. */
const PLAIN_WORD = /^[A-Za-z0-9@%+=:,./_-]+$/;

/** The command by which an administrator grants what the API server has refused, where its words tell who and where. */
export function grantFor(refusal: string): string | undefined {
  const { user, namespace } = REFUSAL.exec(refusal)?.groups ?? {};
  if (user === undefined || namespace === undefined) return undefined;
  const { owner, name } = ACCOUNT.exec(user)?.groups ?? {};
  const who = owner === undefined ? `--user ${word(user)}` : `--serviceaccount ${word(owner)}`;
  const binding = `${ROLE}-${(name ?? user).toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
  return `kubectl --namespace ${word(namespace)} create rolebinding ${binding} --role ${ROLE} ${who}`;
}

/** A text as a shell reads it as one word. */
export function word(text: string): string {
  return PLAIN_WORD.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
