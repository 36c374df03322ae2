// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packagesAreCurrent } from '../node-packages.mjs';
import { installation, missingTools, SYSTEM_TOOLS } from '../system-tools.mjs';

const setup = join(dirname(fileURLToPath(import.meta.url)), '..');
let scratch = '';

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'ims-setup-'));
});

afterEach(() => {
  rmSync(scratch, { recursive: true, force: true });
});

describe('the packages of a clone', () => {
  const lock = (version: string) => ({
    packages: {
      '': { version: '1.0.0' },
      'node_modules/node': { version },
      'node_modules/other-platform': { version: '1.0.0', optional: true },
      'libs/contract': { version: '1.0.0' },
    },
  });

  function install(version: string, { node }: { node: boolean }): void {
    mkdirSync(join(scratch, 'node_modules/node/bin'), { recursive: true });
    const installed = { packages: { 'node_modules/node': { version } } };
    writeFileSync(join(scratch, 'node_modules/.package-lock.json'), JSON.stringify(installed));
    if (node) writeFileSync(join(scratch, 'node_modules/node/bin/node'), '');
  }

  beforeEach(() => {
    writeFileSync(join(scratch, 'package-lock.json'), JSON.stringify(lock('26.10.0')));
  });

  it('are current when node_modules holds what the lock file says', () => {
    install('26.10.0', { node: true });
    expect(packagesAreCurrent(scratch)).toBe(true);
  });

  it('are not current when nothing is installed', () => {
    expect(packagesAreCurrent(scratch)).toBe(false);
  });

  it('are not current when the lock file has moved on', () => {
    install('26.9.0', { node: true });
    expect(packagesAreCurrent(scratch)).toBe(false);
  });

  it('are not current when the pinned Node is not there', () => {
    install('26.10.0', { node: false });
    expect(packagesAreCurrent(scratch)).toBe(false);
  });

  it('are not current when a package is missing', () => {
    install('26.10.0', { node: true });
    writeFileSync(join(scratch, 'node_modules/.package-lock.json'), JSON.stringify({ packages: {} }));
    expect(packagesAreCurrent(scratch)).toBe(false);
  });
});

describe('the tools of the machine', () => {
  const missing = (stage: string, path: string) => missingTools([stage], path).map(({ tool }) => tool);
  const rowsFor = (...tools: string[]) => SYSTEM_TOOLS.filter(({ tool }) => tools.includes(tool));
  const apt = { name: 'apt', program: 'apt-get', install: 'apt-get install' } as const;
  const zypper = { name: 'zypper', program: 'zypper', install: 'zypper --non-interactive install' } as const;

  it('a tool on the PATH is not missing, a file that cannot be executed is', () => {
    const tools = ['tini', 'mmdebstrap', 'bash-static'];
    const before = missing('test', scratch).filter((tool) => tools.includes(tool));
    for (const tool of tools) {
      writeFileSync(join(scratch, tool), '');
      chmodSync(join(scratch, tool), tool === 'tini' ? 0o755 : 0o644);
    }
    expect(missing('test', scratch).filter((tool) => tools.includes(tool))).toEqual(
      before.filter((tool) => tool !== 'tini'),
    );
  });

  it('the check needs no tool of the machine', () => {
    expect(missing('check', '')).toEqual([]);
  });

  it('each package is installed once', () => {
    expect(installation(rowsFor('ssh', 'sftp', 'ssh-keygen', 'tini'), apt)).toEqual({
      packages: ['openssh-client', 'tini'],
      command: 'apt-get install openssh-client tini',
      unknown: [],
    });
  });

  it('a tool that a distribution does not package is named', () => {
    const { command, unknown } = installation(rowsFor('rsync', 'mmdebstrap'), zypper);
    expect(command).toBe('zypper --non-interactive install rsync');
    expect(unknown).toEqual(['mmdebstrap']);
  });
});

describe('the installation of Debian packages', () => {
  /** The script with another policy file and with an apt-get that looks at the policy instead of installing. */
  function install(): { status: number | null; policy: string; said: string } {
    const policy = join(scratch, 'policy-rc.d');
    const apt = `#!/bin/sh\necho "$@"; ${policy} sshd start; echo "policy says $?"\n`;
    writeFileSync(join(scratch, 'apt-get'), apt, { mode: 0o755 });
    const script = readFileSync(join(setup, 'apt-install.sh'), 'utf8').replace('/usr/sbin/policy-rc.d', policy);
    const PATH = `${scratch}:${process.env['PATH'] ?? ''}`;
    const { status, stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', 'tini'], {
      encoding: 'utf8',
      env: { PATH },
    });
    return { status, policy, said: stdout + stderr };
  }

  it('starts no service and leaves no policy behind', () => {
    const { status, policy, said } = install();
    expect(said).toBe('update\npolicy says 101\ninstall -y --no-install-recommends tini\npolicy says 101\n');
    expect(status).toBe(0);
    expect(existsSync(policy)).toBe(false);
  });

  it("leaves the machine's own policy alone", () => {
    const own = '#!/bin/sh\nexit 104\n';
    writeFileSync(join(scratch, 'policy-rc.d'), own, { mode: 0o755 });
    const { policy, said } = install();
    expect(said).toContain('policy says 104');
    expect(readFileSync(policy, 'utf8')).toBe(own);
  });
});

describe('the program that is run in its place', () => {
  const runner = () => {
    const module = JSON.stringify(pathToFileURL(join(setup, 'pass-through.mjs')).href);
    const script = `import { passThrough } from ${module};
      process.exitCode = await passThrough(process.execPath, process.argv.slice(2), process.env);`;
    writeFileSync(join(scratch, 'runner.mjs'), script);
    return join(scratch, 'runner.mjs');
  };

  it('gets its arguments as they stand and its exit code is passed on', () => {
    writeFileSync(
      join(scratch, 'child.mjs'),
      'console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 12;',
    );
    const args = ['--image', 'a b', '', '$(x)', '"'];
    const run = spawnSync(process.execPath, [runner(), join(scratch, 'child.mjs'), ...args], { encoding: 'utf8' });
    expect(JSON.parse(run.stdout)).toEqual(args);
    expect(run.status).toBe(12);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('gets %s and may end in its own way', async (signal) => {
    const child = `process.on('${signal}', () => { console.log('got ${signal}'); process.exit(7); });
      setInterval(() => {}, 1000); console.log('waiting');`;
    writeFileSync(join(scratch, 'child.mjs'), child);
    const run = spawn(process.execPath, [runner(), join(scratch, 'child.mjs')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    run.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (chunk.includes('waiting')) run.kill(signal);
    });
    const [code] = (await once(run, 'close')) as [number];
    expect(output).toBe(`waiting\ngot ${signal}\n`);
    expect(code).toBe(7);
  });

  it('ended by a signal, gives 128 and the number of the signal', () => {
    writeFileSync(join(scratch, 'child.mjs'), `process.kill(process.pid, 'SIGKILL');`);
    const run = spawnSync(process.execPath, [runner(), join(scratch, 'child.mjs')]);
    expect(run.status).toBe(137);
  });
});

describe('the set-up', () => {
  it('explains its use when it is called wrongly', () => {
    const run = spawnSync(process.execPath, [join(setup, 'setup.mjs'), 'start'], { encoding: 'utf8' });
    expect(run.status).toBe(2);
    expect(run.stderr).toContain('usage:');
  });
});
