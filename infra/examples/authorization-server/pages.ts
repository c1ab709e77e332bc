import { html, type Markup } from '../../markup.ts'
import type { Page } from './markup.ts'
import type { Interaction } from './sessions.ts'
import type { WebApiAnswer } from './web-api-client.ts'

export interface User {
  readonly subject: string
  readonly password: string
  /** The claims that the client may get (OpenID Connect Core section 5.1). */
  readonly claims?: Readonly<Record<string, string | boolean>>
}

export function loginPage(interaction: Interaction, user: User): Page {
  return { title: 'Log in', main: loginForm(interaction, user) }
}

export function wrongPasswordPage(interaction: Interaction, user: User): Page {
  const main = html`<p role="alert">The user name or the password is wrong.</p>
    ${loginForm(interaction, user)}`
  return { status: 403, title: 'Log in', main }
}

function loginForm(interaction: Interaction, { subject, password }: User): Markup {
  return html`<p><strong>${clientName(interaction)}</strong> requests access. Please log in first.</p>
    <p>Development user: <code>${subject}</code>, password: <code>${password}</code></p>
    <form method="post" action="/login">
      <input type="hidden" name="csrf" value="${interaction.csrf}" />
      <label for="username">User name</label>
      <input id="username" name="username" autocomplete="username" autocapitalize="none" required />
      <label for="password">Password</label>
      <input id="password" name="password" type="password" autocomplete="current-password" required />
      <button>Log in</button>
    </form>`
}

export function consentPage(interaction: Interaction, subject: string): Page {
  const scopes = interaction.authorization.scopes ?? []
  const main = html`<p>
      You are <strong>${subject}</strong>. <strong>${clientName(interaction)}</strong> requests to act for you
      ${scopes.length === 0 ? 'without any scope.' : 'with these scopes:'}
    </p>
    ${scopes.length === 0 ? '' : scopeList(scopes)}
    <form method="post" action="/consent">
      <input type="hidden" name="csrf" value="${interaction.csrf}" />
      <button name="decision" value="allow">Allow</button>
      <button name="decision" value="deny">Deny</button>
    </form>`
  return { title: 'Allow access?', main, forms: 'anywhere' }
}

function scopeList(scopes: NonNullable<WebApiAnswer['scopes']>): Markup {
  return html`<ul>
    ${scopes.map(({ name, description }) => html`<li>${description ?? name} (<code>${name}</code>)</li>`)}
  </ul>`
}

/** The page for a form of another session, a form that is sent twice, or a form of a request that this browser has replaced. */
export const STALE_PAGE: Page = {
  status: 403,
  title: 'Page expired',
  main: html`<p>
    This page does not belong to what your browser is doing now. Start again in your application, or at
    <a href="/">the demo client</a>.
  </p>`,
}

function clientName({ authorization: { client } }: Interaction): string {
  return client?.clientName ?? `Client ${client?.clientId ?? ''}`
}
