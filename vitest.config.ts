import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { ClosingLine } from './test/support/closing-line.ts'
import { SlowFirst } from './test/support/slow-first.ts'
import { TestedCodes } from './test/support/tested-codes/check.ts'

// As infra/node24.cjs does: the sources of the library for resource servers, in place of its build.
process.env['NODE_OPTIONS'] = `${process.env['NODE_OPTIONS'] ?? ''} --conditions=@certbound/source`

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Searches log lines, tables and answers of every test for secrets.
    setupFiles: ['test/support/secrets/setup.ts', 'test/support/tested-codes/setup.ts'],
    allowOnly: false,
    // More than cores: many tests wait for processes and connections.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    // A worker loads each module once, for all of its files. So no file may leave process-wide state behind.
    isolate: false,
    // Node loads the sources itself, as it does outside of the tests.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    sequence: { sequencer: SlowFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    reporters: ['default', new TestedCodes(), new ClosingLine()],
    coverage: { include: ['functions/**/*.ts', 'shared/**/*.ts'], reporter: ['text', 'html'] },
  },
})
