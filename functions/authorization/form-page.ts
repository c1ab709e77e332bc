import { escapeHtml } from '../../shared/escape-html.ts'

/**
 * A page that posts the authorization response to the client. Without scripts the end-user presses its button (OAuth 2.0
 * Form Post Response Mode section 2).
 */
export function formPage(action: string, parameters: Readonly<Record<string, string>>): string {
  const inputs = Object.entries(parameters).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  )
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="UTF-8"><title>Continue</title></head>
<body onload="document.forms[0].submit()">
<form method="post" action="${escapeHtml(action)}">
${inputs.join('\n')}
<button>Continue</button>
</form>
</body>
</html>
`
}
