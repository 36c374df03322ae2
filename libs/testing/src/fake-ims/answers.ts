// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { WebAnswer } from '../web-server.ts';
import type { Errors } from './fields.ts';

const JSON_BODY = { 'Content-Type': 'application/json' };
const PROBLEM_BODY = { 'Content-Type': 'application/problem+json' };

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  409: 'Conflict',
  422: 'Unprocessable Entity',
  500: 'Internal Server Error',
};

/** A record, or several. */
export function answered(status: number, body: unknown): WebAnswer {
  return { status, headers: JSON_BODY, body: `${JSON.stringify(body)}\n` };
}

/** What the framework below IMS says by itself: JSON, but no problem+json. */
export function framework(status: number, message: string): WebAnswer {
  return answered(status, { message });
}

/** What IMS itself refuses, as problem+json. */
export function problem(status: number, detail: string, errors?: Errors | readonly string[]): WebAnswer {
  const body = { status, title: TITLES[status] ?? '', detail, ...(errors === undefined ? {} : { errors }) };
  return { status, headers: PROBLEM_BODY, body: JSON.stringify(body) };
}

export const NO_INPUT = problem(
  400,
  'There is no input. Give the fields that are to be set and run the request again.',
);
export const NOT_FOUND = problem(404, 'There is no such resource. Run the request again with an id that exists.');
export const NOT_AUTHORIZED = problem(401, 'The request has no token, or one that is not valid any more.');

/** Fields that are refused, each with why. */
export function refusedFields(errors: Errors): WebAnswer {
  return problem(422, 'The input was understood, but its fields are not valid.', errors);
}
