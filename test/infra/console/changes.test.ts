import { expect, test } from 'vitest'
import { consoleSite, logIn } from './console-site.ts'

const { site, serviceId, open } = await consoleSite()
const running = await open()
const { send } = await logIn(running)
const wordsOf = (page: string) => page.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
const read = async (path: string) => wordsOf((await send({ path })).text)
const [{ clientId }] = site.seeded.clients

async function call(path: string, body: object) {
  const headers = {
    authorization: `Bearer ${site.seeded.serviceAccessToken}`,
    'content-type': 'application/json',
  }
  const url = `${site.webApiUrl}/api/${serviceId}${path}`
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
}

test('the page names who changed what, with old and new values, and leads to older changes', async () => {
  for (let i = 0; i < 21; i++)
    expect((await call(`/client/lock_flag/update/${clientId}`, { clientLocked: i % 2 === 0 })).status).toBe(
      200,
    )
  const page = (await send({ path: `/${serviceId}/changes?clientId=${clientId}` })).text
  const words = wordsOf(page)
  expect(words).toContain('/client/lock_flag/update done')
  expect(words).toContain('locked : false → true')
  expect(words).toContain('from 127.0.0.1')
  const [, older = ''] = /href="([^"]*pageToken=[^"]*)"/.exec(page) ?? []
  expect(await read(older.replaceAll('&amp;', '&'))).toContain('/client/lock_flag/update done')
  expect(await read(`/${serviceId}/changes?credential=nobody`)).toContain(
    'There are no changes on this page.',
  )
})

test('a text of a record is shown as text', async () => {
  const { clientId: made } = (await (
    await call('/client/create', { clientName: '<script>alert(1)</script>' })
  ).json()) as { clientId: number }
  const { text } = await send({ path: `/${serviceId}/changes?clientId=${made}` })
  expect(text).not.toContain('<script>alert')
  expect(text).toContain('&lt;script&gt;alert(1)')
})
