import type { DeploymentSettings } from '../settings/settings.ts'
import { ref, type Value } from './cloudformation.ts'

type Settings = Pick<DeploymentSettings, 'stage' | 'alarms' | 'kmsKeyArn'>

/** The topic that sends alarms, unless the settings name one. */
export function topic({
  stage,
  alarms: { email, topicArn },
  kmsKeyArn,
}: Settings): Readonly<Record<string, object>> {
  if (topicArn !== undefined) return {}
  const AlarmTopic = {
    Type: 'AWS::SNS::Topic',
    // CloudWatch may not publish with the default key of SNS, and the messages hold no secret.
    Properties: { DisplayName: `certbound ${stage}`, KmsMasterKeyId: kmsKeyArn },
  }
  const AlarmSubscription = {
    Type: 'AWS::SNS::Subscription',
    Properties: { TopicArn: ref('AlarmTopic'), Protocol: 'email', Endpoint: email },
  }
  return { AlarmTopic, AlarmTopicPolicy: POLICY, ...(email !== undefined && { AlarmSubscription }) }
}

/** CloudWatch publishes for this account only, and everybody over TLS only (sns-access-policy-use-cases.html). */
const POLICY = {
  Type: 'AWS::SNS::TopicPolicy',
  Properties: {
    Topics: [ref('AlarmTopic')],
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          ...{ Effect: 'Allow', Action: 'sns:Publish', Resource: ref('AlarmTopic') },
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        },
        {
          ...{ Effect: 'Deny', Action: 'sns:Publish', Resource: ref('AlarmTopic'), Principal: '*' },
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    },
  },
}

/** The ARN of the topic. */
export const topicOf = ({ alarms: { topicArn } }: Pick<Settings, 'alarms'>): Value =>
  topicArn ?? ref('AlarmTopic')
