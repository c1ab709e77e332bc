import { expect, test } from 'vitest'
import { SCHEMAS } from '../../../infra/console/settings/schemas.ts'
import { consoleSite, logIn } from './console-site.ts'

const { serviceId, open } = await consoleSite()
const { send } = await logIn(await open())

test('the form offers each method of the Web API with its needs, and the style sheet shows the parts for them', async () => {
  const text = (await send({ path: `/${serviceId}/clients/create` })).text.replaceAll(/\s+/g, ' ')
  const offered = [...text.matchAll(/value="(\w+)" data-needs="(\w+)"/g)].map(([, ...both]) => both)
  const { enum: methods } = SCHEMAS['ClientSettings']?.properties?.['tokenAuthMethod'] ?? {}
  expect(offered.map(([name]) => name).sort()).toEqual([...(methods ?? [])].sort())
  const parts = [...text.matchAll(/data-for="([\w ]+)"/g)].flatMap(([, needs = '']) => needs.split(' '))
  const { text: style } = await send({ path: '/assets/console.css' })
  const shown = [...style.matchAll(/\[data-needs='(\w+)'\]:checked\) \[data-for~='\1'\]/g)].map(
    ([, one]) => one,
  )
  expect(shown.sort()).toEqual([...new Set(parts)].sort())
  expect(offered.map(([, needs]) => needs)).toEqual(expect.arrayContaining(shown))
})
