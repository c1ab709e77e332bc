import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Tests that take longest for the length of their file. Vitest starts files by the time that they took before, and in a fresh clone by
 * their length: it would start these last, and some processors would wait for them.
 */
const SLOW = [
  'infra/emulator/packaged/packaged.test.ts',
  'shared/store/dynamodb-local.test.ts',
  'shared/store/embedded-engine.test.ts',
  'model/model.test.ts',
  'faults/requests.test.ts',
  'fuzz/fuzz.test.ts',
  'clients/methods.test.ts',
]

export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isSlow = ({ moduleId }: TestSpecification) =>
      SLOW.some((name) => moduleId.endsWith(`/test/${name}`))
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))]
  }
}
