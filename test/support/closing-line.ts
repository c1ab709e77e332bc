import type { SerializedError } from 'vitest'
import type { Reporter, TestModule } from 'vitest/node'

/**
 * Ends a run with one plain line, `12 passed, 0 failed`, and `, 2 skipped` when there are any.
 * A file that does not load and an error outside of all tests count as failed.
 */
export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    const outside = modules.flatMap((module) => [...module.errors(), ...suiteErrors(module)]).length
    const skipped = count('skipped')

    const line = `${count('passed')} passed, ${count('failed') + outside + unhandled.length} failed`
    console.log(skipped > 0 ? `${line}, ${skipped} skipped` : line)
  }
}

function suiteErrors(module: TestModule) {
  return [...module.children.allSuites()].flatMap((suite) => suite.errors())
}
