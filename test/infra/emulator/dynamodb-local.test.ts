import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { findJava, startDynamoDbLocal } from '../../../infra/emulator/dynamodb-local.ts'
import { listsTables } from '../../../infra/tables/tables.ts'

/** DynamoDB Local is not started, with a warning, on a machine without Java. */
const JAVA = [findJava()].filter((java) => java !== undefined)
if (JAVA.length === 0) console.warn('no Java 17 or later here: DynamoDB Local is not started')

/** A directory with a program `java` that prints this version. */
async function javaOf(version: string): Promise<string> {
  const home = await temporaryFolder()
  await mkdir(join(home, 'bin'))
  const program = `#!/bin/sh\necho 'openjdk version "${version}" 2026-10-20' >&2\n`
  await writeFile(join(home, 'bin', 'java'), program, { mode: 0o755 })
  return home
}

function environment(home: string | undefined, path: string): void {
  vi.stubEnv('JAVA_HOME', home)
  vi.stubEnv('PATH', path)
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
}

test.each(['17.0.21', '17', '25.0.1'])('findJava takes version %s of the PATH', async (version) => {
  const home = await javaOf(version)
  environment(undefined, `/nowhere:${home}/bin:/usr/bin:/bin`)
  expect(findJava()).toBe(join(home, 'bin', 'java'))
})

test('findJava prefers JAVA_HOME', async () => {
  const home = await javaOf('21.0.1')
  environment(home, `${await javaOf('17.0.1')}/bin:/usr/bin:/bin`)
  expect(findJava()).toBe(join(home, 'bin', 'java'))
})

test.each(['16.0.2', '1.8.0_452'])('findJava passes over version %s', async (version) => {
  const [old, current] = [await javaOf(version), await javaOf('17.0.1')]
  environment(old, `${current}/bin:/usr/bin:/bin`)
  expect(findJava()).toBe(join(current, 'bin', 'java'))
})

test('findJava finds nothing on a machine without Java, and DynamoDB Local names what it needs', async () => {
  environment(undefined, '/nowhere')
  expect(findJava()).toBeUndefined()
  await expect(startDynamoDbLocal()).rejects.toThrow('DynamoDB Local needs Java 17 or later')
})

test.each(JAVA)(
  'DynamoDB Local answers as soon as it is started, and is gone after close',
  { timeout: 180_000 },
  async () => {
    const { endpoint, close } = await startDynamoDbLocal()
    onTestFinished(close)
    expect(await listsTables(endpoint)).toBe(true)
    await close()
    expect(await listsTables(endpoint)).toBe(false)
  },
)
