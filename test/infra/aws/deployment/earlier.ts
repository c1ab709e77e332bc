import type { Stack } from '../../../support/fake-cloudformation.ts'

export type Resources = Record<string, { Type: string; Properties: Record<string, unknown> }>

/** Changes the template that was deployed the last time, as if an earlier version had made it. */
export function earlier(stack: Stack | undefined, edit: (resources: Resources) => void): void {
  if (stack === undefined) throw new Error('nothing was deployed')
  const template = JSON.parse(stack.template) as { Resources: Resources }
  edit(template.Resources)
  stack.template = JSON.stringify(template)
}
