import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readPackagedTemplate } from '../../../../infra/emulator/lambda/packaged-template.ts'
import { zip } from '../../../../infra/package/zip.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'
import { startTokenFunction } from './one-function.ts'
import type { PackagedSite } from './packaged-site.ts'

/** Tests how AWS's runtime client treats handlers of all kinds. It shows that the tests of our handlers would see a fault. */
export function handlers(site: () => PackagedSite): void {
  /** A package whose token function is this module. */
  async function planted(module: string, timeoutSeconds = 20) {
    const archives = await temporaryFolder()
    await writeFile(join(archives, 'token.zip'), zip(new Map([['index.mjs', Buffer.from(module)]])))
    const lines: string[] = []
    const packaged = { ...site().packaged, archives, onLine: (line: string) => lines.push(line) }
    const { routes } = await startTokenFunction(packaged, (lambda) => {
      lambda.Timeout = timeoutSeconds
    })
    const invoke = routes.get('/token')
    if (invoke === undefined) throw new Error('no route /token')
    return { invoke, lines }
  }

  test('a handler with three parameters is not started', async () => {
    await expect(planted('export const handler = async (event, context, callback) => 1')).rejects.toThrow(
      /^Runtime.CallbackHandlerDeprecated/,
    )
  })

  test.each([
    ['that is not there', 'export const other = 1', /^Runtime.HandlerNotFound/],
    ['whose module throws', "throw new Error('planted')", /^Error: planted/],
    ['whose module needs an unpacked package', "import 'pkijs'", /Cannot find package 'pkijs'/],
    ['whose module ends the process', 'process.exit(3)', /^certbound-dev-token has ended with 3/],
  ])('a handler %s is not started', async (_name, module, complaint) => {
    await expect(planted(module)).rejects.toThrow(complaint)
  })

  test('a handler that throws fails only that event', async () => {
    const { invoke, lines } = await planted(
      `let calls = 0
       export const handler = async ({ fail }) => {
         calls += 1
         if (fail) throw new TypeError('planted')
         console.log('answered')
         return { calls }
       }`,
    )
    await expect(invoke({ fail: true })).rejects.toThrow(/^TypeError: planted/)
    expect(await invoke({})).toEqual({ calls: 2 })
    expect(lines.join('\n')).toContain('answered')
  })

  test.each([
    ['ends the process', 20, 'process.exit(4)', /^certbound-dev-token has ended with 4/],
    ['never answers', 1, 'return new Promise(() => setInterval(() => {}, 1000))', /timed out after 1 s$/],
  ])(
    'a handler that %s fails the event, and the next event has a new process',
    async (_name, limit, end, complaint) => {
      const { invoke } = await planted(
        `let calls = 0
       export const handler = async ({ fail }) => {
         calls += 1
         if (fail) { ${end} }
         return { calls }
       }`,
        limit,
      )
      expect(await invoke({})).toEqual({ calls: 1 })
      await expect(invoke({ fail: true })).rejects.toThrow(complaint)
      expect(await invoke({})).toEqual({ calls: 1 })
    },
  )

  test('an event waits until the handler has answered the one before', async () => {
    const { invoke } = await planted(
      `let running = 0
       export const handler = async () => {
         running += 1
         await new Promise(setImmediate)
         return { running: running-- }
       }`,
    )
    const answers = await Promise.all(Array.from({ length: 5 }, () => invoke({})))
    expect(answers).toEqual(Array.from({ length: 5 }, () => ({ running: 1 })))
  })

  test('a handler sees the variables of Lambda and of the template, and none of this process', async () => {
    const { invoke } = await planted('export const handler = async () => Object.keys(process.env)')
    const names = (await invoke({})) as string[]
    const [token] = await readPackagedTemplate(site().packaged.template)
    const others = names.filter((name) => !/^(AWS_|LAMBDA_|_HANDLER|_X_AMZN)/.test(name))
    expect(others.sort()).toEqual([...Object.keys(token?.variables ?? {}), 'LANG', 'TZ'].sort())
  })
}
