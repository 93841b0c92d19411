// The words about people in Chinese.
import type { PeopleTexts } from './people-texts.ts'

export const zh: PeopleTexts = {
  person_asked: '已请求人工服务。',
  person_joined: '{name}已加入。',
  person_name: '客服人员',
  agent_again: '{name}重新为您解答。',
  cut: '之前的回答已中断。',
  queue_wait: '人工客服很快会回复您。',
  queue_place: '排队位置：{place}',
  queue_minutes_other: '预计等待：{n}分钟',
  back_to_agent: '返回{name}',
  person_limit: '此对话中无法再次请求人工服务。',
  person_nobody: '目前没有人可以回复。',
  person_closed: '目前没有人可以回复。恢复时间：{at}',
  person_failed: '操作未成功。',
}
