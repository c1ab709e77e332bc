import { describe, expect, test } from 'vitest'
import { outcome } from '../../support/answers.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { PUBLIC } from '../../support/walk.ts'

const walk = await testWalk()
const client = await walk.addClient(PUBLIC)

describe('prompt', () => {
  test.each([
    ['none', 'NO_INTERACTION', ['NONE'], 'NONE'],
    ['none none', 'NO_INTERACTION', ['NONE'], 'NONE'],
    ['login', 'INTERACTION', ['LOGIN'], 'LOGIN'],
    ['consent', 'INTERACTION', ['CONSENT'], 'CONSENT'],
    ['select_account', 'INTERACTION', ['SELECT_ACCOUNT'], 'SELECT_ACCOUNT'],
    ['select_account login', 'INTERACTION', ['SELECT_ACCOUNT', 'LOGIN'], 'LOGIN'],
    ['', 'INTERACTION', undefined, undefined],
    [undefined, 'INTERACTION', undefined, undefined],
  ])('%j is %s', async (prompt, action, prompts, lowestPrompt) => {
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
  ])('%j is refused', async (prompt, resultCode) => {
    expect(outcome(await walk.authorize(client, { prompt }))).toBe(`LOCATION ${resultCode} invalid_request`)
  })
})

describe('max_age', () => {
  test.each([
    ['0', 0],
    ['3600', 3600],
    ['2147483647', 2147483647],
    ['', 0],
  ])('%j is told as %j', async (max_age, maxAge) => {
    expect((await walk.authorize(client, { max_age })).json).toMatchObject({ action: 'INTERACTION', maxAge })
  })

  test.each(['-1', '1.5', '1e3', '0x10', ' 1', 'soon', '2147483648', '9'.repeat(400)])(
    '%j is refused',
    async (max_age) => {
      expect(outcome(await walk.authorize(client, { max_age }))).toBe('LOCATION A004394 invalid_request')
    },
  )
})

describe('display, ui_locales and login_hint', () => {
  test.each([
    ['page', 'PAGE'],
    ['popup', 'POPUP'],
    ['touch', 'TOUCH'],
    ['wap', 'WAP'],
    [undefined, 'PAGE'],
  ])('display=%s is told as %s', async (asked, display) => {
    expect((await walk.authorize(client, { display: asked })).json['display']).toBe(display)
  })

  test.each(['PAGE', 'tv', 'constructor'])('display=%s is refused', async (display) => {
    expect(outcome(await walk.authorize(client, { display }))).toBe('LOCATION A004395 invalid_request')
  })

  test('are told as they were sent', async () => {
    const { json } = await walk.authorize(client, {
      ui_locales: 'fr-CA fr  en',
      login_hint: 'zoë@example.org',
    })
    expect(json).toMatchObject({ uiLocales: ['fr-CA', 'fr', 'en'], loginHint: 'zoë@example.org' })
  })

  test('are left out where they were not', async () => {
    const { json } = await walk.authorize(client, { ui_locales: '', login_hint: '' })
    for (const name of ['uiLocales', 'loginHint', 'prompts', 'lowestPrompt']) {
      expect(json).not.toHaveProperty(name)
    }
  })
})
