import fc from 'fast-check'
import { expect, test } from 'vitest'
import { html } from '../../infra/markup.ts'

test('no value becomes markup, neither in text nor in a quoted attribute', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      const [, attribute = '<', text = '<'] = /^<a b="(.*)">(.*)<\/a>$/s.exec(
        String(html`<a b="${value}">${value}</a>`),
      ) ?? [undefined]
      expect(attribute).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/)
      expect(text).toBe(attribute)
    }),
  )
})

test('markup within markup stays markup, and a list of it is joined', () => {
  const items = ['<1>', '2'].map((item) => html`<b>${item}</b>`)
  expect(String(html`<p>${items}</p>`)).toBe('<p><b>&lt;1&gt;</b><b>2</b></p>')
})
