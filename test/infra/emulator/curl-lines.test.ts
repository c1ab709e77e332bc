import { expect, test } from 'vitest'
import { curlLines } from '../../../infra/emulator/curl-lines.ts'
import { writeLocalFile } from '../../../infra/emulator/site/local-file.ts'
import { siteOfFile } from '../examples/authorization-server/local-site.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const site = await siteOfFile()

test('npm start prints every address of local.json but the store, and the authentication method of each client', async () => {
  const { dynamodbUrl: _, ...local } = await writeLocalFile(site, await temporaryFolder(), '')
  const text = curlLines({ dynamodbUrl: '', ...local }, site.examples, false, (file) => file)
  const urls = new Set(JSON.stringify(local).match(/https?:\/\/(localhost|127\.0\.0\.1):\d+/g))
  expect(urls.size).toBe(8)
  expect([...urls].filter((url) => !text.includes(url))).toEqual([])
  for (const { clientId, tokenAuthMethod } of local.clients)
    expect(text).toMatch(new RegExp(`${clientId} +${tokenAuthMethod}\\n`))
})
