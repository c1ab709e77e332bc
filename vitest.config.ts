import { defineConfig } from 'vitest/config'
import { ClosingLine } from './test/support/closing-line.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    allowOnly: false,
    // One for each core: many tests wait for processes and connections.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', new ClosingLine()],
    coverage: { include: ['functions/**/*.ts', 'shared/**/*.ts'], reporter: ['text', 'html'] },
  },
})
