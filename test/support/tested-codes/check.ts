import { globSync } from 'node:fs'
import type { Reporter, TestModule, Vitest } from 'vitest/node'

const COUNTED = 'test/{functions,clients}/**/*.test.ts'

/**
 * At the end of a run of all tests of the functions: fails if a reason to refuse has no test that provokes it and asserts its code, or if
 * the reference has a code that no endpoint answered. A run of some files or of some names does not check.
 */
export class TestedCodes implements Reporter {
  #vitest: Vitest | undefined

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  async onTestRunEnd(modules: readonly TestModule[]): Promise<void> {
    const { root = '', testNamePattern } = this.#vitest?.config ?? {}
    const files = new Set(modules.map(({ moduleId }) => moduleId))
    const isWhole = globSync(COUNTED, { cwd: root }).every((file) => files.has(`${root}/${file}`))
    if (!isWhole || testNamePattern !== undefined) return
    const records = modules.flatMap((module) =>
      [...module.children.allTests()].flatMap((each) => each.meta().codes ?? []),
    )
    // The import has the whole path: modules that are loaded with the configuration become one file without a folder.
    const path = `${root}/test/support/tested-codes/missing.ts`
    const { missingIn } = (await import(path)) as typeof import('./missing.ts')
    const missing = missingIn(records)
    for (const line of missing) console.error(line)
    if (missing.length > 0) process.exitCode = 1
  }
}
