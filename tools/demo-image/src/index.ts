// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export { makeDemoImage, type DemoImage, type DemoImageOptions } from './make.ts';
export { DEMO_BOOT_FILES, recipeFor, type Recipe } from './recipe.ts';
export { readMachine, readPackageSources, type Machine, type PackageSource } from './machine.ts';
