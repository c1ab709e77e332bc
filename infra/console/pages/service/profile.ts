import type { Service } from '../../../../shared/store/service.ts'
import { settingsOf } from '../../../../shared/store/profile.ts'
import { html, type Markup } from '../../../markup.ts'
import type { Members } from '../../web-api.ts'
import { yesOrNo } from '../../words.ts'

/** What the switch changes, and the first setting of the service that stands against it. */
export function aboutProfile(record: Members): Markup {
  // The rule reads only settings that have the same form in the record of the Web API.
  const { violations } = settingsOf({ ...record, fapi2: true } as unknown as Service)
  return html`<p>With the switch on:</p>
    <ul>
      <li>no unbound token is issued or accepted;</li>
      <li>
        clients must be confidential and prove themselves by a certificate or a signed assertion; those that
        do not are refused when they are used;
      </li>
      <li>authorization requests need PKCE with <code>S256</code>, and codes live 60 seconds at most;</li>
      <li>a change of this service or of a client that violates the profile is refused by name.</li>
    </ul>
    <p>
      ${yesOrNo(violations.length === 0)} The settings of the service
      ${violations.length === 0 ? 'keep the profile.' : html`violate it: <code>${violations.join(', ')}</code>.`}
    </p>`
}
