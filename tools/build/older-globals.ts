// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// What the programs and the packages in them use, and Node 20 does not have. The build puts this before everything else
// of a program that runs on other people's Node.

interface Older {
  withResolvers?: typeof Promise.withResolvers;
  union?: typeof Set.prototype.union;
}

(Promise as Older).withResolvers ??= <T>(): PromiseWithResolvers<T> => {
  const settle: Partial<PromiseWithResolvers<T>> = {};
  const promise = new Promise<T>((resolve, reject) => Object.assign(settle, { resolve, reject }));
  return { ...settle, promise } as PromiseWithResolvers<T>;
};

(Set.prototype as Older).union ??= function union<T, U>(this: Set<T>, other: ReadonlySetLike<U>): Set<T | U> {
  const all = new Set<T | U>(this);
  const keys = other.keys();
  for (let next = keys.next(); next.done !== true; next = keys.next()) all.add(next.value);
  return all;
};
