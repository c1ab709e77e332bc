import { expect, test } from 'vitest'
import { outcome } from '../../support/answers.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { PUBLIC } from '../../support/walk.ts'

const walk = await testWalk()
const client = await walk.addClient(PUBLIC)

test.each([
  ['none', 'NO_INTERACTION', ['NONE'], 'NONE'],
  ['none none', 'NO_INTERACTION', ['NONE'], 'NONE'],
  ['login', 'INTERACTION', ['LOGIN'], 'LOGIN'],
  ['consent', 'INTERACTION', ['CONSENT'], 'CONSENT'],
  ['select_account', 'INTERACTION', ['SELECT_ACCOUNT'], 'SELECT_ACCOUNT'],
  ['select_account login', 'INTERACTION', ['SELECT_ACCOUNT', 'LOGIN'], 'LOGIN'],
  ['', 'INTERACTION', undefined, undefined],
  [undefined, 'INTERACTION', undefined, undefined],
])('prompt=%j leads to %s', async (prompt, action, prompts, lowestPrompt) => {
  const { json } = await walk.authorize(client, { prompt })
  expect([json['resultCode'], json['action'], json['prompts'], json['lowestPrompt']]).toEqual([
    'A004001',
    action,
    prompts,
    lowestPrompt,
  ])
  expect(json).not.toHaveProperty('responseContent')
  expect(outcome(await walk.issue(json['ticket']))).toBe('LOCATION A040001')
})

test.each([
  ['none login', 'A004393'],
  ['consent none', 'A004393'],
  ['NONE', 'A004392'],
  ['login  consent', 'A004392'],
  ['toString', 'A004392'],
])('prompt=%j is refused', async (prompt, resultCode) => {
  expect(outcome(await walk.authorize(client, { prompt }))).toBe(`LOCATION ${resultCode} invalid_request`)
})

test.each([
  ['0', 0],
  ['3600', 3600],
  ['2147483647', 2147483647],
  ['', 0],
])('max_age=%j becomes %j', async (max_age, maxAge) => {
  expect((await walk.authorize(client, { max_age })).json).toMatchObject({ action: 'INTERACTION', maxAge })
})

test.each(['-1', '1.5', '1e3', '0x10', ' 1', 'soon', '2147483648', '9'.repeat(400)])(
  'max_age=%j is refused',
  async (max_age) => {
    expect(outcome(await walk.authorize(client, { max_age }))).toBe('LOCATION A004394 invalid_request')
  },
)

test.each([
  ['page', 'PAGE'],
  ['popup', 'POPUP'],
  ['touch', 'TOUCH'],
  ['wap', 'WAP'],
  [undefined, 'PAGE'],
])('display=%s becomes %s', async (asked, display) => {
  expect((await walk.authorize(client, { display: asked })).json['display']).toBe(display)
})

test.each(['PAGE', 'tv', 'constructor'])('display=%s is refused', async (display) => {
  expect(outcome(await walk.authorize(client, { display }))).toBe('LOCATION A004395 invalid_request')
})

test('ui_locales and login_hint are in the answer as they were sent', async () => {
  const { json } = await walk.authorize(client, {
    ui_locales: 'fr-CA fr  en',
    login_hint: 'zoë@example.org',
  })
  expect(json).toMatchObject({ uiLocales: ['fr-CA', 'fr', 'en'], loginHint: 'zoë@example.org' })
})

test('empty ui_locales and login_hint are left out of the answer', async () => {
  const { json } = await walk.authorize(client, { ui_locales: '', login_hint: '' })
  for (const name of ['uiLocales', 'loginHint', 'prompts', 'lowestPrompt']) {
    expect(json).not.toHaveProperty(name)
  }
})
