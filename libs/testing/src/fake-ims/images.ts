// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomUUID } from 'node:crypto';

import type { WebAnswer } from '../web-server.ts';
import { answered, framework, NOT_FOUND, problem, refusedFields } from './answers.ts';
import { errorsIn, nested, oneOf, text, type Fields } from './fields.ts';
import { artifactsOf, parsed, refusalOfLink } from './link.ts';
import { ARCHITECTURES, created, type ImsImage, type ImsLink } from './records.ts';
import type { Call, MetadataHandling, State } from './state.ts';

const LINK: Fields = {
  path: { check: text(1), required: true },
  etag: { check: text() },
  type: { check: oneOf(['s3']), required: true },
};

const PAIR: Fields = { key: { check: text(1), required: true }, value: { check: text(), required: true } };

const CHANGE: Fields = {
  operation: { check: oneOf(['set', 'remove']), required: true },
  key: { check: text(), required: true },
  value: { check: text() },
};

const NEW: Fields = {
  name: { check: text(1), required: true },
  link: { check: nested(LINK), nullable: true },
  arch: { check: oneOf(ARCHITECTURES) },
};

const CHANGES: Fields = { link: { check: nested(LINK) }, arch: { check: oneOf(ARCHITECTURES) } };

const NO_CASCADE = /^(?!true$|yes$|t$|1$)/i;

/** `GET images`. */
export async function listImages({ state }: Call): Promise<WebAnswer> {
  return answered(200, [...state.images.values()]);
}

/** `GET images/ID`. */
export async function readImage({ state, id }: Call): Promise<WebAnswer> {
  const image = state.images.get(id);
  return image === undefined ? NOT_FOUND : answered(200, image);
}

/** `POST images`: always another record. */
export async function createImage({ state, input }: Call): Promise<WebAnswer> {
  const known = state.metadata === 'refused' ? {} : { metadata: { check: nested(PAIR), nullable: true as const } };
  const errors = errorsIn(input, { ...NEW, ...known });
  if (errors !== undefined) return refusedFields(errors);
  const { name, link = null, arch = 'x86_64', metadata = null } = input as NewImage;
  const refusal = link === null ? undefined : await refusalOfLink(link, around(state));
  if (refusal !== undefined) return refusal;
  const image: ImsImage = {
    id: randomUUID(),
    created: created(),
    name,
    link,
    arch,
    ...metadataOf(metadata, state.metadata),
  };
  state.images.set(image.id, image);
  return answered(201, image);
}

/** `PATCH images/ID`: field by field, so that one that is refused leaves those before it changed. */
export async function changeImage({ state, id, input }: Call): Promise<WebAnswer> {
  const known = state.metadata === 'refused' ? {} : { metadata: { check: nested(CHANGE) } };
  const errors = errorsIn(input, { ...CHANGES, ...known });
  if (errors !== undefined) return refusedFields(errors);
  for (const [field, value] of Object.entries(input as object) as [keyof typeof CHANGERS, unknown][]) {
    const image = state.images.get(id);
    if (image === undefined) return NOT_FOUND;
    const changed = await CHANGERS[field](image, value, state);
    if ('status' in changed) return changed;
    state.images.set(id, changed);
  }
  return answered(200, state.images.get(id));
}

/** `DELETE images/ID`: for good and, unless the query says no, with its objects. */
export async function deleteImage({ state, id, query }: Call): Promise<WebAnswer> {
  const image = state.images.get(id);
  if (image === undefined) return NOT_FOUND;
  if (image.link !== null && state.objects !== undefined && !NO_CASCADE.test(query.get('cascade') ?? 'true')) {
    const { objects } = state;
    const bytes = await objects.read(image.link.path).catch(() => Buffer.alloc(0));
    if (parsed(bytes) === undefined) return framework(500, 'Internal Server Error');
    for (const address of [...artifactsOf(bytes), image.link.path]) await objects.remove(address);
  }
  state.images.delete(id);
  return { status: 204 };
}

interface Pair {
  readonly key: string;
  readonly value?: string;
}

interface NewImage {
  readonly name: string;
  readonly link?: ImsLink | null;
  readonly arch?: string;
  readonly metadata?: Pair | null;
}

type Changer = (image: ImsImage, value: unknown, state: State) => Promise<ImsImage | WebAnswer>;

const CHANGERS: Readonly<Record<'link' | 'arch' | 'metadata', Changer>> = {
  link: async (image, value, state) => {
    const link = value as ImsLink;
    if (image.link !== null)
      return isSame(image.link, link) ? image : problem(409, 'The image has another link already.');
    return (await refusalOfLink(link, around(state))) ?? { ...image, link };
  },
  arch: async (image, value) => ({ ...image, arch: value as string }),
  metadata: async (image, value) => {
    const { operation, key, value: text = '' } = value as Pair & { readonly operation: string };
    const others = Object.entries(image.metadata ?? {}).filter(([name]) => name !== key);
    return { ...image, metadata: Object.fromEntries(operation === 'set' ? [...others, [key, text]] : others) };
  },
};

function metadataOf(pair: Pair | null, handling: MetadataHandling): Pick<ImsImage, 'metadata'> {
  if (handling === 'refused') return {};
  if (pair === null) return { metadata: {} };
  const { key, value = '' } = pair;
  return { metadata: handling === 'kept' ? { [key]: value } : { key, value } };
}

function isSame(one: ImsLink, other: ImsLink): boolean {
  return one.path === other.path && one.etag === other.etag && one.type === other.type;
}

function around(state: State): Parameters<typeof refusalOfLink>[1] {
  return { images: state.images.values(), objects: state.objects };
}
