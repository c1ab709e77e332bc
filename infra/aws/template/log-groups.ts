import { ref } from './cloudformation.ts'
import { FUNCTIONS } from './functions.ts'
import { lambdaId, logGroupId, logicalName } from './logical-ids.ts'
import { resourceOf, type Template, type TemplateResource } from './releases.ts'

const ACCESS_LOG_GROUP = 'HttpApiLogGroup'

/**
 * Lets the logs outlive the stack: they prove what happened. CloudFormation names the groups, because a fixed name would keep a second
 * deployment from being made beside what the first one left. The outputs have the names. A deployment that
 * is rolled back leaves no empty group.
 */
export function retainLogs(template: Template): Template {
  const Resources: Record<string, TemplateResource> = { ...template.Resources }
  const Outputs: Record<string, object> = { ...template.Outputs, ...output('Access', ACCESS_LOG_GROUP) }
  const retain = (id: `${string}LogGroup`) => {
    const { Type, Properties } = resourceOf(template, id)
    const { LogGroupName: _, ...rest } = Properties
    const kept = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' }
    Resources[id] = { Type, ...kept, Properties: rest }
  }
  retain(ACCESS_LOG_GROUP)
  for (const [name] of FUNCTIONS) {
    retain(logGroupId(name))
    const { Properties, ...lambda } = resourceOf(template, lambdaId(name))
    const LoggingConfig = { LogGroup: ref(logGroupId(name)) }
    Resources[lambdaId(name)] = { ...lambda, Properties: { ...Properties, LoggingConfig } }
    Object.assign(Outputs, output(logicalName(name), logGroupId(name)))
  }
  return { ...template, Resources, Outputs }
}

function output(name: string, group: `${string}LogGroup`) {
  return {
    [`${name}LogGroupName`]: { Value: ref(group), Description: 'A log group, which outlives the stack' },
  }
}
