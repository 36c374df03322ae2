// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { WebAnswer, WebRequest } from '../web-server.ts';
import { framework, NO_INPUT, NOT_FOUND } from './answers.ts';
import { isObject } from './fields.ts';
import { changeImage, createImage, deleteImage, listImages, readImage } from './images.ts';
import { changeJob, listJobs, readJob } from './jobs.ts';
import type { Call, State } from './state.ts';

/** What stands before the paths of the interface; without a version it is version 2. */
export const BASE = '/apis/ims';

type Collection = 'images' | 'jobs';

interface Route {
  readonly method: string;
  readonly of: Collection;
  readonly one: boolean;
  readonly takesInput: boolean;
  readonly handle: (call: Call) => Promise<WebAnswer>;
}

const ROUTES: readonly Route[] = [
  { method: 'GET', of: 'images', one: false, takesInput: false, handle: listImages },
  { method: 'POST', of: 'images', one: false, takesInput: true, handle: createImage },
  { method: 'GET', of: 'images', one: true, takesInput: false, handle: readImage },
  { method: 'PATCH', of: 'images', one: true, takesInput: true, handle: changeImage },
  { method: 'DELETE', of: 'images', one: true, takesInput: false, handle: deleteImage },
  { method: 'GET', of: 'jobs', one: false, takesInput: false, handle: listJobs },
  { method: 'GET', of: 'jobs', one: true, takesInput: false, handle: readJob },
  { method: 'PATCH', of: 'jobs', one: true, takesInput: true, handle: changeJob },
];

const PATH = /^\/apis\/ims(?:\/v2)?\/(?<collection>images|jobs)(?:\/(?<id>[^/]+))?$/;
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/** Answers a request as the server does: the path, then the method, the record, the body's type, the body. */
export async function route(state: State, request: WebRequest): Promise<WebAnswer> {
  const found = PATH.exec(request.path)?.groups;
  if (found === undefined) return framework(404, 'The requested URL was not found on the server.');
  const { collection, id } = found;
  const here = ROUTES.filter(({ of, one }) => of === collection && one === (id !== undefined));
  const chosen = here.find(({ method }) => method === request.method);
  if (chosen === undefined) return framework(405, 'The method is not allowed for the requested URL.');
  if (id !== undefined && !state[chosen.of].has(id)) return NOT_FOUND;
  const input = chosen.takesInput ? inputOf(request) : { value: {} };
  if ('status' in input) return input;
  return await chosen.handle({ state, id: id ?? '', query: request.query, input: input.value });
}

function inputOf({ headers, body }: WebRequest): WebAnswer | { readonly value: unknown } {
  if (!JSON_TYPE.test(headers['content-type'] ?? ''))
    return framework(415, 'The body was not read as JSON: the Content-Type is not application/json.');
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return isNothing(value) ? NO_INPUT : { value };
  } catch {
    return framework(400, 'The browser (or proxy) sent a request that this server could not understand.');
  }
}

/** What Python takes for false. */
function isNothing(value: unknown): boolean {
  const empty = Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
  return empty || !value;
}
