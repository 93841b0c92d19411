// Generated from the contract by `npm run generate`: the input and output of each operation, and a method for each.
import type { CallOptions, FileInput } from '../request.ts'


/** The `code` of an error. */
export type ErrorCode =
  | 'agent_in_use'
  | 'agent_inactive'
  | 'already_rated'
  | 'analysis_in_progress'
  | 'body_too_large'
  | 'brand_not_found'
  | 'browser_key_refused'
  | 'budget_exceeded'
  | 'budget_of_parent'
  | 'call_loop'
  | 'captcha_failed'
  | 'captcha_required'
  | 'captcha_unavailable'
  | 'channel_not_configured'
  | 'connection_failed'
  | 'connection_in_use'
  | 'connection_name_taken'
  | 'content_purged'
  | 'conversation_active'
  | 'conversation_busy'
  | 'conversation_ended'
  | 'conversation_ending'
  | 'conversation_full'
  | 'conversation_has_no_agent'
  | 'conversation_id_taken'
  | 'conversation_not_active'
  | 'conversation_not_taken'
  | 'conversation_not_text'
  | 'conversation_taken'
  | 'cross_site_refused'
  | 'dataset_id_taken'
  | 'embedding_failed'
  | 'execution_active'
  | 'execution_not_waiting'
  | 'feedback_closed'
  | 'feedback_given'
  | 'file_missing'
  | 'file_too_large'
  | 'forbidden'
  | 'handoff_limit_reached'
  | 'handoff_not_supported'
  | 'has_children'
  | 'idempotency_key_reused'
  | 'identity_invalid'
  | 'identity_provider_failed'
  | 'identity_required'
  | 'internal'
  | 'invitation_closed'
  | 'invitation_needed'
  | 'invitation_needs_sign_in'
  | 'invitation_needs_token'
  | 'knowledge_unavailable'
  | 'last_admin'
  | 'malformed_request'
  | 'member_exists'
  | 'message_stored'
  | 'migrating'
  | 'model_failed'
  | 'nobody_available'
  | 'not_a_file'
  | 'not_a_url'
  | 'not_found'
  | 'not_up_to_date'
  | 'nothing_to_answer'
  | 'organization_deleting'
  | 'organization_missing'
  | 'organization_suspended'
  | 'origin_not_allowed'
  | 'outcome_unknown'
  | 'overloaded'
  | 'price_in_use'
  | 'quota_exceeded'
  | 'rate_limited'
  | 'rating_closed'
  | 'revision_mismatch'
  | 'secrets_too_large'
  | 'shortcut_taken'
  | 'slug_taken'
  | 'source_id_taken'
  | 'team_key_taken'
  | 'template_failed'
  | 'too_many_attachments'
  | 'too_many_audit_entries'
  | 'too_many_blocks'
  | 'too_many_budgets'
  | 'too_many_canned_replies'
  | 'too_many_children'
  | 'too_many_connections'
  | 'too_many_conversations_held'
  | 'too_many_credentials'
  | 'too_many_datasets'
  | 'too_many_descendants'
  | 'too_many_executions'
  | 'too_many_identity_keys'
  | 'too_many_invitations'
  | 'too_many_levels'
  | 'too_many_members'
  | 'too_many_notes'
  | 'too_many_organizations'
  | 'too_many_prices'
  | 'too_many_secrets'
  | 'too_many_sources'
  | 'too_many_streams'
  | 'too_many_tags'
  | 'too_many_teams'
  | 'too_many_unanswered_messages'
  | 'too_many_views'
  | 'too_many_waiting_turns'
  | 'too_many_web_widgets'
  | 'too_many_webhooks'
  | 'too_many_workflow_versions'
  | 'too_many_workflows'
  | 'trigger_conflict'
  | 'turn_cancelled'
  | 'turn_failed'
  | 'turn_in_progress'
  | 'turn_superseded'
  | 'turn_taken_over'
  | 'unauthorized'
  | 'unavailable'
  | 'unsupported_media_type'
  | 'upload_timed_out'
  | 'upload_url_invalid'
  | 'validation_failed'
  | 'version_not_published'
  | 'version_published'
  | 'view_only'
  | 'view_refused'
  | 'visitor_blocked'
  | 'webhook_inactive'
  | 'widget_answered'
  | 'widget_cap_reached'
  | 'workflow_in_use'
  | 'workflow_not_live'

export interface ActiveView {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** The organization of the viewer. */
  partner: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    id: string
    name: string
  }
  viewer: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    user_id: string
    email: string
    name: string | null
  }
  reason: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  started_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  expires_at: string
}

export interface Agent {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** The same as `id`. */
  agent_id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** Not unique. */
  name: string
  description: string | null
  /** An inactive agent accepts no new conversations. */
  active: boolean
  is_demo: boolean
  metadata: Record<string, unknown>
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  updated_at: string
}

export interface AgentAssistBrief {
  header: {
    /** `Unknown Caller` if nothing says it. */
    caller_name: string
    phone_number: string
    call_duration_seconds: number
    sentiment: {
      label: string
      level: 'calm' | 'slightly_frustrated' | 'frustrated' | 'angry'
    }
  }
  transfer_reason: string
  /** 3 to 5 sentences. */
  call_summary: string[]
  /** Only values that the transcript or the metadata have. */
  information_collected: {
    key: string
    value: unknown
  }[]
  /** 1 to 3. */
  suggested_next_steps: {
    action: string
    confidence: 'high' | 'medium' | 'low'
  }[]
  transcript: {
    role: string
    speaker: string
    text: string
    /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
    timestamp: string
    /** What is special about it, such as the request for a person. */
    marker: string | null
  }[]
  compliance_flags: string[]
}

/** Known keys are validated. Unknown keys, at any depth, are stored, returned and listed in `warnings`, but have no effect. */
export interface AgentConfig {
  /** Default `static_prompt`. */
  kind?: 'static_prompt' | null
  /** The system prompt: a Jinja template with the variables `custom_metadata`, `user_id`, `channel` and `now`. An undefined variable renders as empty. */
  instructions?: string | null
  /** Rules that are appended to the instructions verbatim. */
  guardrails?: string | null
  /** The greeting. A text is a template, the same as `static`; with `generated` the model writes it; null: no greeting. */
  starting_message?: null | string | {
    type: 'static'
    text: string
  } | {
    type: 'generated'
    instructions: string
  }
  llm?: LanguageModel | null
  /** A turn that takes longer fails. Default 120. From 1 to 3600. */
  max_turn_seconds?: number | null
  /** What a message does while another turn runs. Default `queue`. */
  concurrency?: 'queue' | 'merge' | 'interrupt' | 'reject' | null
  context_window?: {
    /** Default 200. From 1 to 10000. */
    max_items?: number | null
    /** Estimated at four characters per token. The newest turn is always included whole, except that tool results are cut off to fit. Default 32000. From 1 to 10000000. */
    max_tokens?: number | null
  } | null
  tools?: ToolConfig[] | null
  /** Maximum number of model calls with tools in a turn; after that the model is called once more, without tools. Default 8. From 1 to 100. */
  max_tool_steps?: number | null
  mcp_servers?: McpServer[] | null
  built_in_tools?: {
    widgets?: {
      /** The `show_<type>_widget` tools that the model has in rich conversations. Default: all. */
      allowed?: ('detail' | 'carousel' | 'info' | 'list' | 'action_grid' | 'collect_otp' | 'collect_phone_number' | 'order_tracker' | 'comparison')[] | null
    } | null
    /** Lets the agent end a text conversation after its reply. */
    end_conversation?: {
      /** Default false. */
      enabled?: boolean | null
      /** Tells the model when to end the conversation. Default: a standard text. */
      description?: string | null
    } | null
    /** The tool `search_knowledge(query)`: lets the model search the datasets of `knowledge_bases`. */
    search_knowledge?: {
      /** Default false. */
      enabled?: boolean | null
      /** Tells the model when to search. Default: a standard text. */
      description?: string | null
    } | null
  } | null
  forms?: FormDefinition[] | null
  /** What an end user of a web widget can say with one press. */
  quick_actions?: {
    label: string
    message: string
  }[] | null
  /** The datasets that the agent looks things up in. */
  knowledge_bases?: AgentKnowledgeBase[] | null
  retrieval?: RetrievalSettings | null
  channel_overrides?: {
    telephone?: {
      /** Extends or replaces `instructions`, depending on `instructions_mode`. */
      instructions?: string | null
      /** Default `append`, separated by a blank line. */
      instructions_mode?: 'append' | 'replace' | null
      /** The greeting. A text is a template, the same as `static`; with `generated` the model writes it; null: no greeting. */
      starting_message?: null | string | {
        type: 'static'
        text: string
      } | {
        type: 'generated'
        instructions: string
      }
      /** Maximum number of model calls with tools in a turn; after that the model is called once more, without tools. Default 8. From 1 to 100. */
      max_tool_steps?: number | null
    }
    webrtc?: {
      /** Extends or replaces `instructions`, depending on `instructions_mode`. */
      instructions?: string | null
      /** Default `append`, separated by a blank line. */
      instructions_mode?: 'append' | 'replace' | null
      /** The greeting. A text is a template, the same as `static`; with `generated` the model writes it; null: no greeting. */
      starting_message?: null | string | {
        type: 'static'
        text: string
      } | {
        type: 'generated'
        instructions: string
      }
      /** Maximum number of model calls with tools in a turn; after that the model is called once more, without tools. Default 8. From 1 to 100. */
      max_tool_steps?: number | null
    }
    email?: {
      /** Extends or replaces `instructions`, depending on `instructions_mode`. */
      instructions?: string | null
      /** Default `append`, separated by a blank line. */
      instructions_mode?: 'append' | 'replace' | null
      /** The greeting. A text is a template, the same as `static`; with `generated` the model writes it; null: no greeting. */
      starting_message?: null | string | {
        type: 'static'
        text: string
      } | {
        type: 'generated'
        instructions: string
      }
      /** Maximum number of model calls with tools in a turn; after that the model is called once more, without tools. Default 8. From 1 to 100. */
      max_tool_steps?: number | null
    }
    text?: {
      /** Extends or replaces `instructions`, depending on `instructions_mode`. */
      instructions?: string | null
      /** Default `append`, separated by a blank line. */
      instructions_mode?: 'append' | 'replace' | null
      /** The greeting. A text is a template, the same as `static`; with `generated` the model writes it; null: no greeting. */
      starting_message?: null | string | {
        type: 'static'
        text: string
      } | {
        type: 'generated'
        instructions: string
      }
      /** Maximum number of model calls with tools in a turn; after that the model is called once more, without tools. Default 8. From 1 to 100. */
      max_tool_steps?: number | null
    }
  } | null
  channel_properties?: {
    telephone?: {
      channel?: 'telephone' | 'webrtc' | 'email' | 'text' | null
      /** Whether the agent is available on this channel. Default true. */
      enabled?: boolean | null
      /** Wraps each reply before it is returned and stored. Default `{{agent_response}}`. */
      body_template?: string | null
    }
    webrtc?: {
      channel?: 'telephone' | 'webrtc' | 'email' | 'text' | null
      /** Whether the agent is available on this channel. Default true. */
      enabled?: boolean | null
      /** Wraps each reply before it is returned and stored. Default `{{agent_response}}`. */
      body_template?: string | null
    }
    email?: {
      channel?: 'telephone' | 'webrtc' | 'email' | 'text' | null
      /** Whether the agent is available on this channel. Default true. */
      enabled?: boolean | null
      /** Wraps each reply before it is returned and stored. Default `{{agent_response}}`. */
      body_template?: string | null
    }
    text?: {
      channel?: 'telephone' | 'webrtc' | 'email' | 'text' | null
      /** Whether the agent is available on this channel. Default true. */
      enabled?: boolean | null
      /** Wraps each reply before it is returned and stored. Default `{{agent_response}}`. */
      body_template?: string | null
    }
  } | null
  analysis?: AnalysisConfig | null
  inactivity?: Inactivity | null
  retention?: Retention | null
  hand_off?: HandOffConfig | null
  satisfaction?: SatisfactionConfig | null
  /** Executed before a conversation begins, which is `triggered` until then; messages are stored and wait. Of its output, `initial_context` is appended to that of the conversation, `custom_metadata` is merged into it, and `reject: true` ends it as `cancelled`. If it fails or takes too long, the conversation begins without it, or with `reject_on_error` ends as `failed`. It goes before a live workflow with a `pre_call` trigger, which then does not run. */
  pre_conversation_workflow?: {
    type?: 'workflow' | null
    /** A workflow of the server. Exactly one of `workflow_id` and `definition`, as on AnyReach. */
    workflow_id?: string | null
    /** Of `workflow_id`: a number, its text, `latest` (the newest published version) or `live`. Default: the live version, else the newest published one. The one is used that is there when it is needed. */
    workflow_version?: string | number | null
    /** A workflow that is defined here. Its problems are warnings of the agent version, and errors when it is used. */
    definition?: Record<string, unknown> | null
    /** The id of the step where it begins. Default: `trigger` in a definition, else the trigger that fits what starts it, else the first input. */
    initial_step?: string | null
    /** Before a conversation: whether it fails if the workflow does. Default false. From AnyReach. */
    reject_on_error?: boolean | null
    /** What the workflow gets; its texts are templates. Default: the arguments of the call; around a conversation, facts of it. */
    input?: Record<string, unknown> | null
    /** A template expression without braces over `custom_metadata`, `user_id`, `channel` and `now`. It is executed if the expression is truthy. Absent, null or blank: always. */
    condition?: string | null
    /** How long the conversation waits for it. Default 10. From 1 to 60. */
    timeout_seconds?: number | null
  } | null
  /** Executed after a conversation has ended, which does not wait for it. */
  post_conversation_workflow?: {
    type?: 'workflow' | null
    /** A workflow of the server. Exactly one of `workflow_id` and `definition`, as on AnyReach. */
    workflow_id?: string | null
    /** Of `workflow_id`: a number, its text, `latest` (the newest published version) or `live`. Default: the live version, else the newest published one. The one is used that is there when it is needed. */
    workflow_version?: string | number | null
    /** A workflow that is defined here. Its problems are warnings of the agent version, and errors when it is used. */
    definition?: Record<string, unknown> | null
    /** The id of the step where it begins. Default: `trigger` in a definition, else the trigger that fits what starts it, else the first input. */
    initial_step?: string | null
    /** Before a conversation: whether it fails if the workflow does. Default false. From AnyReach. */
    reject_on_error?: boolean | null
    /** What the workflow gets; its texts are templates. Default: the arguments of the call; around a conversation, facts of it. */
    input?: Record<string, unknown> | null
    /** A template expression without braces over `custom_metadata`, `user_id`, `channel` and `now`. It is executed if the expression is truthy. Absent, null or blank: always. */
    condition?: string | null
    /** After this time it is cancelled. Default: the time of the workflow. From 1 to 86400. */
    timeout_seconds?: number | null
    /** Whether it waits for the analysis. Default false. */
    after_analysis?: boolean | null
  } | null
  stt_llm_tts?: Record<string, unknown> | null
  stt?: Record<string, unknown> | null
  tts?: Record<string, unknown> | null
  turn_detection?: Record<string, unknown> | null
  voicemail_detection?: Record<string, unknown> | null
  recording?: Record<string, unknown> | null
}

export interface AgentDetail {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** The same as `id`. */
  agent_id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** Not unique. */
  name: string
  description: string | null
  /** An inactive agent accepts no new conversations. */
  active: boolean
  is_demo: boolean
  metadata: Record<string, unknown>
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  updated_at: string
  /** The newest 100 versions, newest first, without their configurations. */
  versions: AgentVersionSummary[]
  phone_numbers: Record<string, unknown>[]
  /** The newest 100, newest first. */
  web_widgets: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    id: string
    name: string
    published: boolean
    live: boolean
    /** UUID. Those that the server creates are version 7 and sort by time. */
    agent_version_id: string
  }[]
  statistics: {
    conversations: number
    active_conversations: number
    user_turns: number
    /** Average length of ended conversations in seconds. */
    average_duration: number | null
  }
}

export interface AgentKnowledgeBase {
  /** A dataset of the organization. One that does not exist is a warning, and finds nothing. */
  dataset_id: string
  /** Maximum number of its passages in a search. Default 5. From 1 to 100. */
  top_n?: number | null
  /** Ours. Whether it is searched. Default true. */
  enabled?: boolean | null
  /** Ours. Leaves out passages with a lower score. Default null: none. From 0 to 1. */
  min_score?: number | null
  /** Ours. Only sources whose `metadata` contain this. Its texts are templates with `custom_metadata`; if one renders as empty, the dataset finds nothing. Default null: all sources. */
  filter?: Record<string, unknown> | null
}

export interface AgentVersion {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  agent_id: string
  /** 1, 2, 3 … within the agent. */
  version: number
  /** A published version never changes. */
  published: boolean
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  published_at: string | null
  /** Increases with every change of a draft and from version to version. For `If-Match`. */
  revision: number
  /** Keys of the configuration that are stored but have no effect. */
  warnings: string[]
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  updated_at: string
  config: Record<string, unknown>
  instruction_builder_inputs: Record<string, unknown> | null
  instruction_generation: InstructionGeneration | null
}

export interface AgentVersionSummary {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  agent_id: string
  /** 1, 2, 3 … within the agent. */
  version: number
  /** A published version never changes. */
  published: boolean
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  published_at: string | null
  /** Increases with every change of a draft and from version to version. For `If-Match`. */
  revision: number
  /** Keys of the configuration that are stored but have no effect. */
  warnings: string[]
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  updated_at: string
}

export interface Analysis {
  /** 1 for the run at the end of the conversation; each further run adds 1. From 1 to 1000000000. */
  run: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  finished_at: string
  /** Null if none was requested, or if it failed. */
  summary: string | null
  /** The name of one of the options of `outcome`. */
  outcome: string | null
  /** The fields of `extract`: valid against its schema, at most 64 KiB. Text that the conversation must not keep is replaced afterwards. */
  extracted: Record<string, unknown> | null
  /** The answer to the question of `success`. */
  success: boolean | null
  /** Why, in the words of the model; at most 500 characters. */
  success_reason: string | null
  /** The models that answered, as `provider/model`: usually one; two if a fallback wrote the summary or the other answers. */
  models: string[]
  /** From the start of the run to its last answer. */
  duration_ms: number | null
  /** Of all its model calls; null if a provider does not report them. */
  input_tokens: number | null
  output_tokens: number | null
}

export interface AnalysisConfig {
  /** How long `end` waits for the analysis. Default 5000. From 0 to 60000. */
  wait_ms?: number | null
  summary?: {
    /** Default true. */
    enabled?: boolean | null
    /** What the summary should focus on. */
    instructions?: string | null
    /** Default 80. From 1 to 2000. */
    max_words?: number | null
  } | null
  outcome?: {
    /** Exactly one of them is chosen. */
    options: {
      /** Unique in the list. */
      name: string
      description?: string | null
    }[]
  } | null
  /** A JSON Schema (draft 7) of an object whose properties are filled from the transcript; at most 100 properties and 1000 values. References stay within the schema and do not recurse; patterns have no lookaround and no back-references. Properties that an object does not declare are refused, unless it has `additionalProperties`. */
  extract?: Record<string, unknown> | null
  /** A question that is answered with yes or no. */
  success?: string | null
  /** The model of the analysis. Default: the model of the agent, with its fallbacks. */
  llm?: LanguageModel | null
}

export interface Assignee {
  /** `external`: a person of another desk. */
  type: 'user' | 'external'
  /** The id of the member, or what the other desk gave. Null for conversation tokens. */
  id: string | null
  /** For conversation tokens: the name that end users are shown. */
  name: string | null
  /** What end users are shown instead of the name; absent: the name. */
  shown_name?: string
}

/** A source’s id, several in `source_ids`, a URL to create and attach, or a list of 1 to 100 of these. */
export type AttachSources = {
  source_id?: string | null
  source_ids?: string[] | null
  chunking_strategy?: 'fixed_size' | 'structure_based' | 'fixed' | 'default' | {
    method?: 'fixed_size' | 'structure_based' | 'fixed' | 'default' | null
    /** From 100 to 8000. */
    chunk_size?: number | null
    /** From 0 to 4000. */
    chunk_overlap?: number | null
  } | null
  /** `URL` creates a source and attaches it. */
  type?: 'FILE' | 'URL' | null
  url?: string | null
  name?: string | null
  url_crawl_options?: UrlCrawlOptions | null
} | ({
  source_id?: string | null
  source_ids?: string[] | null
  chunking_strategy?: 'fixed_size' | 'structure_based' | 'fixed' | 'default' | {
    method?: 'fixed_size' | 'structure_based' | 'fixed' | 'default' | null
    /** From 100 to 8000. */
    chunk_size?: number | null
    /** From 0 to 4000. */
    chunk_overlap?: number | null
  } | null
  /** `URL` creates a source and attaches it. */
  type?: 'FILE' | 'URL' | null
  url?: string | null
  name?: string | null
  url_crawl_options?: UrlCrawlOptions | null
} | string)[]

export interface AuditActor {
  /** `operator`: the command line on the server’s machine; `unknown`: proven by nothing. */
  type: 'user' | 'credential' | 'end_user' | 'operator' | 'system' | 'unknown' | 'organization'
  /** Of `unknown` the network address. */
  id: string | null
  name: string | null
}

export interface AuditChange {
  /** Such as `versions.3.config.instructions`. */
  path: string
  /** Null: it was not there. Of a text over 1 KiB `sha256:` and its hash. */
  from?: unknown
  /** Null: it is gone. */
  to?: unknown
  /** Of a secret, instead of `from` and `to`. */
  changed?: true
}

export interface AuditEntry {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** Null: of the installation. */
  organization_id: string | null
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  /** The operation, such as `updateAgent`, or the command, such as `parley key create`. */
  action: string
  actor: AuditActor
  on_behalf_of: AuditActor | null
  target: AuditTarget | null
  /** `refused`: a 403, or a failed sign-in; at most one entry a minute for an actor. */
  outcome: 'done' | 'refused'
  /** How many refusals the entry is about; otherwise 1. */
  count: number
  changes: AuditChange[]
  /** How many more changes there were than fit into 64 KiB. */
  changes_omitted: number
  request_id: string | null
  /** Of the client. */
  address: string | null
  user_agent: string | null
  /** `console`: a session. */
  via: 'api' | 'console' | 'mcp' | 'cli' | 'system'
  /** SHA-256, in hexadecimal, of the bytes of the previous entry’s hash and of this entry without `hash` as JSON with sorted keys. Before the first one are 32 zero bytes. */
  hash: string
}

export interface AuditTarget {
  type: 'agent' | 'audit_log' | 'budget' | 'canned_reply' | 'conversation' | 'dataset' | 'installation' | 'invitation' | 'member' | 'organization' | 'organization_key' | 'personal_access_token' | 'price' | 'secret' | 'session' | 'source' | 'team' | 'user' | 'web_widget' | 'webhook_endpoint' | 'workflow' | 'workflow_connection' | 'workflow_trigger'
  id: string | null
  /** At that time. */
  name: string | null
}

export interface Budget {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** The organization that set it; only it and those above it can change it. */
  set_by: string
  name: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  agent_id: string | null
  subtree: boolean
  unit: 'cost' | 'tokens' | 'messages' | 'conversations'
  amount: string | number
  period: 'month' | 'day' | 'week' | 'total'
  time_zone: string
  warn_at: number[]
  stop: boolean
  message: string | null
  active: boolean
  state: {
    /** What is counted by now: within a minute, of budgets that stop within five seconds. */
    spent: string | number
    /** Of the amount. */
    share: number
    status: 'ok' | 'warned' | 'stopped'
    /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
    period_start: string | null
    /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
    period_end: string | null
  }
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  updated_at: string
}

export interface CannedReply {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** Unique within the organization. */
  shortcut: string
  title: string
  text: string
  /** The key of the team that it is for; null: all. */
  team: string | null
  /** Rises with each change. For `If-Match`. */
  revision: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  updated_at: string
}

export interface ChildOrganization {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  name: string
  slug: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  parent_id: string
  /** How far below your organization: 1 is a child, 2 a child of one. */
  depth: number
  /** Its own. Calls are also refused while an organization above it is suspended. */
  status: 'active' | 'suspended'
  child_count: number
  member_count: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
}

export interface Chunk {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  dataset_id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  source_id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  dataset_source_id: string
  /** 0, 1, 2 … in its source. */
  position: number
  content: string
  /** The headings above it, outermost first. */
  heading_path: string[]
  /** Of a PDF, from 1. */
  page: number | null
  url: string | null
  characters: number
  has_vector: boolean
}

/** `fixed_size` cuts at a number of characters, at white space where the last tenth has one; `structure_based` by headings, paragraphs, lists and tables. */
export interface ChunkingStrategy {
  method: 'fixed_size' | 'structure_based'
  /** Characters of a chunk at most, 100 to 8,000. */
  chunk_size: number
  /** Characters that a chunk repeats of the one before. */
  chunk_overlap: number
}

export interface Citation {
  /** As in the text: `[2]`. */
  number: number
  source_name: string
  /** Of a page of the web. */
  url: string | null
  /** Of a PDF, from 1. */
  page?: number | null
  /** Absent for a conversation token, as are `source_id` and `page`. */
  chunk_id?: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  source_id?: string
}

export interface ConfigDifference {
  op: 'added' | 'removed' | 'changed'
  /** JSON Pointer (RFC 6901) into the configuration of `to_version` with `added`, otherwise of `from_version`. Empty: the whole configuration. */
  path: string
  /** The path for people, with names instead of indexes where there are names: `tools[find_order].description`. */
  label: string
  /** The value before; absent with `added`. */
  from?: unknown
  /** The value after; absent with `removed`. */
  to?: unknown
}

export interface Conversation {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  direction: 'inbound' | 'outbound'
  channel: 'telephone' | 'webrtc' | 'email' | 'text'
  status: 'token_created' | 'triggered' | 'ringing' | 'in_progress' | 'completed' | 'failed' | 'cancelled' | 'transferred' | 'unanswered'
  /** The caller's own id for the end user. */
  user_id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  agent_id: string | null
  /** UUID. Those that the server creates are version 7 and sort by time. */
  agent_version_id: string | null
  agent_number: string | null
  web_widget_id: string | null
  trunk_id: string | null
  /** Whole seconds from `created_at` to `ended_at`; null while the conversation is active. */
  duration: number | null
  /** The number of accepted messages from the end user. */
  user_turn_count: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  updated_at: string
  agent: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    id: string
    name: string | null
  } | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  ended_at: string | null
  end_reason: 'ended_by_caller' | 'ended_by_agent' | 'ended_by_end_user' | 'inactivity' | 'max_duration' | 'max_turns' | 'deleted' | 'imported' | 'error' | 'nobody_available' | 'rejected' | 'pre_workflow_failed' | null
  ended_by: EndedBy | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  last_activity_at: string
  analysis_status: 'none' | 'queued' | 'running' | 'done' | 'skipped' | 'failed'
  /** Why the analysis was skipped or failed. */
  analysis_reason: string | null
  /** Who answers: its agent; `queue`: nobody yet, it waits for a person; `person`: its `assignee`. Outside `agent` the agent writes nothing. */
  handled_by: 'agent' | 'queue' | 'person'
  /** Who holds it; while it waits, to whom it is offered; null: nobody. */
  assignee: Assignee | null
  /** The team that it was handed to; null: none. */
  team: ConversationTeam | null
  /** Why it left its agent; null: it never has. */
  handoff_reason: 'requested' | 'asked_for_person' | 'cannot_help' | 'complaint' | 'sensitive' | 'other' | 'failed_replies' | 'keyword' | 'low_confidence' | 'taken_directly' | 'transferred' | 'person_gone' | null
  priority: 'low' | 'normal' | 'high' | 'urgent'
  tags: string[]
  /** The times of its hand-off; null before the first. */
  handling: Handling | null
  /** Only of a conversation that waits, when it is read by itself. */
  queue?: {
    /** Place in the queue of its team, first 1; 100 also stands for every later one. From 1 to 100. */
    position: number
    /** The median of the last 24 hours; null if fewer than 10 were taken then. */
    estimated_wait_seconds: number | null
  }
  /** Set when the content was purged, `retention.content_days` after the end. The transcript and the sensitive fields are empty then; status, times, counts and reasons stay. */
  content_purged_at?: string
  /** Of all calls of providers for it. Only where one conversation is read, and not for its own token. */
  cost?: {
    /** Of the calls that were measured. Exact, as decimal text. */
    amount: string
    /** `PARLEY_CURRENCY` of the server, such as `USD`. */
    currency: string
    /** Tokens of calls whose model had no price; they are not in `amount`. */
    unpriced_tokens: number
    /** Of calls whose server stopped before they ended, by an estimate; not in `amount`. Exact, as decimal text. */
    lost_amount: string
  }
  /** Only with `conversations:read_sensitive`; absent without it. */
  summary?: string | null
  /** The newest run that gave a result; `listConversationAnalyses` has the earlier ones. Only with `conversations:read_sensitive`; absent without it. */
  analysis?: Analysis | null
  /** Only with `conversations:read_sensitive`; absent without it. */
  initial_context?: string | null
  /** What was said when a person was last asked for. Only with `conversations:read_sensitive`; absent without it. */
  handoff_text?: string | null
  /** The end user’s rating; null: none. Only with `conversations:read_sensitive`; absent without it. */
  satisfaction?: Satisfaction | null
  /** Only with `conversations:read_sensitive`; absent without it. */
  custom_metadata?: Record<string, unknown>
  /** Only with `conversations:read_sensitive`; absent without it. */
  recording_details?: Record<string, unknown> | null
  /** The transcript, oldest first. Only with `conversations:read_sensitive`; absent without it. */
  conversation?: {
    items: TranscriptItem[]
    /** Set if the response does not include all items: repeat the call with it as `items_from`. */
    next_position?: number
  }
  /** Only in lists with `include=conversation`: this transcript, or that of a newer conversation, does not fit into the page. Read the conversation to get it. */
  conversation_omitted?: true
  /** Only in lists: the rows before have reached the size limit, so the sensitive fields are omitted. Read the conversation to get them. */
  sensitive_omitted?: true
}

export interface ConversationChange {
  /** Send it as `after` to continue from here, on any node, within 7 days. */
  position: number
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  conversation: Conversation | null
}

export type ConversationEvent = {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'conversation.created'
  data: {
    channel: 'telephone' | 'webrtc' | 'email' | 'text'
    direction?: 'inbound' | 'outbound'
    user_id?: string
    /** UUID. Those that the server creates are version 7 and sort by time. */
    agent_id?: string | null
    /** UUID. Those that the server creates are version 7 and sort by time. */
    agent_version_id?: string | null
    /** The widget that started it; null: none. Absent in events of earlier versions. */
    web_widget_id?: string | null
    /** The conversation was imported; its transcript has no events. */
    imported?: boolean
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'conversation.started'
  data: {
    status: 'token_created' | 'triggered' | 'ringing' | 'in_progress' | 'completed' | 'failed' | 'cancelled' | 'transferred' | 'unanswered'
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'conversation.ended'
  data: {
    status: 'token_created' | 'triggered' | 'ringing' | 'in_progress' | 'completed' | 'failed' | 'cancelled' | 'transferred' | 'unanswered'
    end_reason: 'ended_by_caller' | 'ended_by_agent' | 'ended_by_end_user' | 'inactivity' | 'max_duration' | 'max_turns' | 'deleted' | 'imported' | 'error' | 'nobody_available' | 'rejected' | 'pre_workflow_failed'
    ended_by: EndedBy
    /** Whether clients should ask the end user for a rating. Absent in events of earlier versions. */
    ask_satisfaction?: boolean
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'conversation.analyzed'
  data: {
    analysis_status: 'none' | 'queued' | 'running' | 'done' | 'skipped' | 'failed'
    /** Why the analysis was skipped or failed. */
    analysis_reason: string | null
    summary: string | null
    /** The result of the run; null without one. Absent in events of earlier versions. */
    analysis?: Analysis | null
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'conversation.analysis_failed'
  data: {
    analysis_status: 'none' | 'queued' | 'running' | 'done' | 'skipped' | 'failed'
    /** Why the analysis was skipped or failed. */
    analysis_reason: string | null
    summary: string | null
    /** The result of the run; null without one. Absent in events of earlier versions. */
    analysis?: Analysis | null
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'conversation.updated'
  data: {
    custom_metadata: Record<string, unknown>
    /** The content was purged. */
    content_purged_at?: string
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'conversation.feedback'
  data: {
    rating: number | 'up' | 'down' | null
    /** The answers to the form, by the id of the field; null: none were given. */
    data: Record<string, unknown> | null
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'conversation.deleted'
  data: {
    deleted_by: {
      type: string
      id: string | null
    }
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'conversation.handoff_requested'
  data: {
    by: HandlingActor
    /** What made the change. */
    why: 'call' | 'tool' | 'rule' | 'round_robin' | 'offer_over' | 'wait_over' | 'due' | 'person_gone' | 'member_removed' | 'message' | 'limit' | 'closed' | 'test' | 'team_deleted'
    reason: 'requested' | 'asked_for_person' | 'cannot_help' | 'complaint' | 'sensitive' | 'other' | 'failed_replies' | 'keyword' | 'low_confidence' | 'taken_directly' | 'transferred' | 'person_gone'
    /** What the agent or the caller said about it. Null for conversation tokens. */
    text: string | null
    team: ConversationTeam | null
    /** When the wait is over; null in a test conversation. */
    wait_until: string | null
    /** The turn that was cut; null: none. */
    cut_turn_id: string | null
    /** Tool calls of that turn that had no result yet. What was sent cannot be recalled. */
    unfinished_calls: UnfinishedCall[]
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'conversation.handoff_declined'
  data: {
    by: HandlingActor
    /** What made the change. */
    why: 'call' | 'tool' | 'rule' | 'round_robin' | 'offer_over' | 'wait_over' | 'due' | 'person_gone' | 'member_removed' | 'message' | 'limit' | 'closed' | 'test' | 'team_deleted'
    reason: 'requested' | 'asked_for_person' | 'cannot_help' | 'complaint' | 'sensitive' | 'other' | 'failed_replies' | 'keyword' | 'low_confidence' | 'taken_directly' | 'transferred' | 'person_gone'
    /** When people are there again; null: unknown. */
    opens_at: string | null
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'conversation.assigned'
  data: {
    by: HandlingActor
    /** What made the change. */
    why: 'call' | 'tool' | 'rule' | 'round_robin' | 'offer_over' | 'wait_over' | 'due' | 'person_gone' | 'member_removed' | 'message' | 'limit' | 'closed' | 'test' | 'team_deleted'
    assignee: Assignee | null
    team: ConversationTeam | null
    /** Until when the offer holds. */
    offered_until: string | null
    /** The turn that was cut; null: none. */
    cut_turn_id: string | null
    unfinished_calls: UnfinishedCall[]
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'conversation.unassigned'
  data: {
    by: HandlingActor
    /** What made the change. */
    why: 'call' | 'tool' | 'rule' | 'round_robin' | 'offer_over' | 'wait_over' | 'due' | 'person_gone' | 'member_removed' | 'message' | 'limit' | 'closed' | 'test' | 'team_deleted'
    from: Assignee | null
    team: ConversationTeam | null
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'conversation.taken'
  data: {
    by: HandlingActor
    /** What made the change. */
    why: 'call' | 'tool' | 'rule' | 'round_robin' | 'offer_over' | 'wait_over' | 'due' | 'person_gone' | 'member_removed' | 'message' | 'limit' | 'closed' | 'test' | 'team_deleted'
    assignee: Assignee
    /** Who held it, or was offered it, before. */
    from: {
      /** `external`: a person of another desk. */
      type: 'user' | 'external'
      /** The id of the member, or what the other desk gave. Null for conversation tokens. */
      id: string | null
      /** For conversation tokens: the name that end users are shown. */
      name: string | null
      /** What end users are shown instead of the name; absent: the name. */
      shown_name?: string
    } | null
    /** The turn that was cut; null: none. */
    cut_turn_id: string | null
    /** Tool calls of that turn that had no result yet. What was sent cannot be recalled. */
    unfinished_calls: UnfinishedCall[]
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'conversation.returned'
  data: {
    by: HandlingActor
    /** What made the change. */
    why: 'call' | 'tool' | 'rule' | 'round_robin' | 'offer_over' | 'wait_over' | 'due' | 'person_gone' | 'member_removed' | 'message' | 'limit' | 'closed' | 'test' | 'team_deleted'
    from: Assignee | null
    /** The turn that answers what was unanswered; null: the agent waits for a message. */
    answer_turn_id: string | null
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'conversation.note_added'
  data: {
    by: HandlingActor
    /** What made the change. */
    why: 'call' | 'tool' | 'rule' | 'round_robin' | 'offer_over' | 'wait_over' | 'due' | 'person_gone' | 'member_removed' | 'message' | 'limit' | 'closed' | 'test' | 'team_deleted'
    /** UUID. Those that the server creates are version 7 and sort by time. */
    note_id: string
    /** Whether the agent sees it. */
    for_agent: boolean
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'conversation.note_changed'
  data: {
    by: HandlingActor
    /** What made the change. */
    why: 'call' | 'tool' | 'rule' | 'round_robin' | 'offer_over' | 'wait_over' | 'due' | 'person_gone' | 'member_removed' | 'message' | 'limit' | 'closed' | 'test' | 'team_deleted'
    /** UUID. Those that the server creates are version 7 and sort by time. */
    note_id: string
    /** Whether the agent sees it. */
    for_agent: boolean
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'conversation.note_deleted'
  data: {
    by: HandlingActor
    /** What made the change. */
    why: 'call' | 'tool' | 'rule' | 'round_robin' | 'offer_over' | 'wait_over' | 'due' | 'person_gone' | 'member_removed' | 'message' | 'limit' | 'closed' | 'test' | 'team_deleted'
    /** UUID. Those that the server creates are version 7 and sort by time. */
    note_id: string
    /** Whether the agent sees it. */
    for_agent: boolean
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'conversation.snoozed'
  data: {
    by: HandlingActor
    /** What made the change. */
    why: 'call' | 'tool' | 'rule' | 'round_robin' | 'offer_over' | 'wait_over' | 'due' | 'person_gone' | 'member_removed' | 'message' | 'limit' | 'closed' | 'test' | 'team_deleted'
    /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
    until: string
    wake_on_reply: boolean
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'conversation.woken'
  data: {
    by: HandlingActor
    /** What made the change. */
    why: 'call' | 'tool' | 'rule' | 'round_robin' | 'offer_over' | 'wait_over' | 'due' | 'person_gone' | 'member_removed' | 'message' | 'limit' | 'closed' | 'test' | 'team_deleted'
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'conversation.handling_updated'
  data: {
    by: HandlingActor
    /** What made the change. */
    why: 'call' | 'tool' | 'rule' | 'round_robin' | 'offer_over' | 'wait_over' | 'due' | 'person_gone' | 'member_removed' | 'message' | 'limit' | 'closed' | 'test' | 'team_deleted'
    priority: 'low' | 'normal' | 'high' | 'urgent'
    tags: string[]
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'conversation.sla_warning'
  data: {
    by: HandlingActor
    /** What made the change. */
    why: 'call' | 'tool' | 'rule' | 'round_robin' | 'offer_over' | 'wait_over' | 'due' | 'person_gone' | 'member_removed' | 'message' | 'limit' | 'closed' | 'test' | 'team_deleted'
    target: 'first_response' | 'next_response' | 'resolution'
    /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
    due_at: string
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'conversation.sla_breached'
  data: {
    by: HandlingActor
    /** What made the change. */
    why: 'call' | 'tool' | 'rule' | 'round_robin' | 'offer_over' | 'wait_over' | 'due' | 'person_gone' | 'member_removed' | 'message' | 'limit' | 'closed' | 'test' | 'team_deleted'
    target: 'first_response' | 'next_response' | 'resolution'
    /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
    due_at: string
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'conversation.rated'
  data: {
    by: HandlingActor
    /** What made the change. */
    why: 'call' | 'tool' | 'rule' | 'round_robin' | 'offer_over' | 'wait_over' | 'due' | 'person_gone' | 'member_removed' | 'message' | 'limit' | 'closed' | 'test' | 'team_deleted'
    rating: number
    comment: string | null
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'message.created'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    id: string
    role: 'user' | 'assistant' | 'system'
    content: string[]
    interrupted: boolean
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string | null
    /** Who wrote it. Absent in events of earlier versions. */
    author?: {
      /** `user`: a person who answers; `system`: messages about the hand-off itself. */
      type: 'end_user' | 'agent' | 'user' | 'system'
      /** Of the person who answered; null for others, and for conversation tokens. */
      id: string | null
      /** For conversation tokens: the name that end users are shown. */
      name: string | null
      /** Whether the person belongs to another desk. */
      external: boolean
      /** What end users are shown instead of the name; absent: the name. */
      shown_name?: string
    }
    /** In the transcript. Absent in events of earlier versions. */
    position?: number
    /** The id that the client gave the message. */
    client_id?: string
    /** The `call_id` of the widget that it answers. */
    in_reply_to?: string
    /** The answers, by the id of the field. */
    values?: Record<string, string | number | boolean | string[] | null>
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'turn.queued'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'turn.started'
  /** Sent when an attempt starts, and again if that attempt is lost and another one starts. */
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'turn.completed'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    /** The passages that its texts refer to; absent without any. */
    citations?: Citation[]
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'turn.failed'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    outcome: 'reply' | 'model_error' | 'timed_out' | 'step_limit' | 'conversation_ended' | 'cancelled_by_caller' | 'superseded' | 'attempts_exhausted' | 'taken_over' | 'for_person' | 'budget_exceeded'
    error: string | null
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'turn.cancelled'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    outcome: 'reply' | 'model_error' | 'timed_out' | 'step_limit' | 'conversation_ended' | 'cancelled_by_caller' | 'superseded' | 'attempts_exhausted' | 'taken_over' | 'for_person' | 'budget_exceeded'
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'tool_call.completed'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    call_id: string
    name: string
    output: unknown
    is_error: boolean
    /** Null if the call did not run to its end. */
    latency_ms: number | null
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'widget.shown'
  /** A tool showed the end user a widget. */
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    /** What `in_reply_to` of an answer names. */
    call_id: string
    /** Of the tool’s result in the transcript. */
    position: number
    type: 'detail'
    /** One thing in detail. */
    data: {
      /** Heading. */
      title: string
      /** Below the heading. */
      subtitle?: string
      /** A paragraph. */
      description?: string
      /** An https address of a picture. */
      image?: string
      /** The same as `image`, which comes first. */
      image_url?: string
      /** As shown to the end user, with its currency. */
      price?: string
      /** Buttons. */
      actions?: {
        /** What the button says. */
        label: string
        /** Sent as the end user when it is pressed. */
        message?: string
        /** Opened when it is pressed: https, mailto or tel. */
        url?: string
      }[]
      /** A paragraph, shown as it is. */
      text?: string
      /** Longer text in Markdown. Its links are https, mailto or tel; HTML is shown as text. */
      body?: string
      /** The https address that this comes from, shown as a link. */
      source?: string
      /** Rows of a label and a value. */
      fields?: {
        /** Name. */
        label: string
        /** Value. */
        value: string
      }[]
    }
  } | {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    /** What `in_reply_to` of an answer names. */
    call_id: string
    /** Of the tool’s result in the transcript. */
    position: number
    type: 'carousel'
    /** Several cards side by side. */
    data: {
      /** Heading. */
      title?: string
      /** The cards. */
      items: {
        /** Heading. */
        title: string
        /** Below the heading. */
        subtitle?: string
        /** A paragraph. */
        description?: string
        /** An https address of a picture. */
        image?: string
        /** The same as `image`, which comes first. */
        image_url?: string
        /** As shown to the end user, with its currency. */
        price?: string
        /** Buttons. */
        actions?: {
          /** What the button says. */
          label: string
          /** Sent as the end user when it is pressed. */
          message?: string
          /** Opened when it is pressed: https, mailto or tel. */
          url?: string
        }[]
        /** Stars, from 0 to 5. From 0 to 5. */
        rating?: number
        /** The button that adds it to the cart. */
        add_to_cart?: {
          /** What the button says. */
          label: string
          /** Sent as the end user when it is pressed. */
          message?: string
          /** Opened when it is pressed: https, mailto or tel. */
          url?: string
        }
      }[]
    }
  } | {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    /** What `in_reply_to` of an answer names. */
    call_id: string
    /** Of the tool’s result in the transcript. */
    position: number
    type: 'info'
    /** A notice, as text or as rows of a label and a value. */
    data: {
      /** Heading. */
      title?: string
      /** What to know. Needed if there are no `rows`. */
      text?: string
      /** Rows of a label and a value. Needed if there is no `text`. */
      rows?: {
        /** Name. */
        label: string
        /** Value. */
        value: string
      }[]
      /** Default `info`. */
      level?: 'info' | 'success' | 'warning' | 'error'
    }
  } | {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    /** What `in_reply_to` of an answer names. */
    call_id: string
    /** Of the tool’s result in the transcript. */
    position: number
    type: 'list'
    /** Rows below each other. */
    data: {
      /** Heading. */
      title?: string
      /** The rows. */
      items: {
        /** Of the row. */
        title: string
        /** Below it. */
        description?: string
        /** At the end of the row. */
        value?: string
        /** An https address of a picture. */
        image_url?: string
        action?: {
          /** What the button says. */
          label: string
          /** Sent as the end user when it is pressed. */
          message?: string
          /** Opened when it is pressed: https, mailto or tel. */
          url?: string
        }
      }[]
    }
  } | {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    /** What `in_reply_to` of an answer names. */
    call_id: string
    /** Of the tool’s result in the transcript. */
    position: number
    type: 'action_grid'
    /** A grid of buttons. */
    data: {
      /** Heading. */
      title?: string
      /** The buttons. */
      actions: {
        /** What the button says. */
        label: string
        /** Sent as the end user when it is pressed. */
        message?: string
        /** Opened when it is pressed: https, mailto or tel. */
        url?: string
      }[]
    }
  } | {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    /** What `in_reply_to` of an answer names. */
    call_id: string
    /** Of the tool’s result in the transcript. */
    position: number
    type: 'collect_otp'
    /** A field for a one-time code. */
    data: {
      /** Heading. */
      title?: string
      /** What is asked for. */
      prompt?: string
      /** Digits; default 6. From 4 to 10. */
      length?: number
      /** Of the button. */
      submit_label?: string
    }
  } | {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    /** What `in_reply_to` of an answer names. */
    call_id: string
    /** Of the tool’s result in the transcript. */
    position: number
    type: 'collect_phone_number'
    /** A field for a phone number. */
    data: {
      /** Heading. */
      title?: string
      /** What is asked for. */
      prompt?: string
      /** ISO 3166-1 alpha-2, as in `DE`. */
      default_country?: string
      /** Of the button. */
      submit_label?: string
    }
  } | {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    /** What `in_reply_to` of an answer names. */
    call_id: string
    /** Of the tool’s result in the transcript. */
    position: number
    type: 'order_tracker'
    /** How far an order has come. */
    data: {
      /** As the end user knows it. */
      order_number: string
      /** In a few words. */
      status?: string
      /** In order. */
      steps: {
        /** What happens. */
        label: string
        state: 'done' | 'current' | 'upcoming'
        /** When, as shown to the end user. */
        at?: string
      }[]
      /** Who delivers. */
      carrier?: string
      tracking_url?: string
      /** As shown to the end user. */
      estimated_delivery?: string
    }
  } | {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    /** What `in_reply_to` of an answer names. */
    call_id: string
    /** Of the tool’s result in the transcript. */
    position: number
    type: 'comparison'
    /** A table that compares. */
    data: {
      /** Heading. */
      title?: string
      columns: string[]
      /** One value for each column. */
      rows: {
        /** By what. */
        label: string
        values: string[]
      }[]
    }
  } | {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    /** What `in_reply_to` of an answer names. */
    call_id: string
    /** Of the tool’s result in the transcript. */
    position: number
    type: 'form'
    /** A form that the agent can show in rich conversations. */
    data: {
      /** Its tool is `show_form_<id>`. */
      id: string
      /** A name for authors. */
      name?: string | null
      title?: string | null
      /** Shown below the title, and the description of the form's tool. Default of the tool, as on AnyReach: "Show the '<name>' form to collect structured data from the user." */
      description?: string | null
      submit_label?: string | null
      fields: {
        /** Unique within the form. */
        id: string
        label: string
        /** `multiselect` means the same as `multi_select`. The end user does not see `hidden`. */
        type: 'text' | 'textarea' | 'email' | 'phone' | 'number' | 'date' | 'time' | 'select' | 'multi_select' | 'multiselect' | 'radio' | 'checkbox' | 'rating' | 'hidden'
        /** Default false. */
        required?: boolean | null
        /** For `select`, `multi_select` and `radio`. */
        options?: string[] | null
        /** Of `number`: the smallest value. */
        min?: number | null
        /** Of `number`: the largest value. Of `rating`: how many stars, 3 to 10; default 5. */
        max?: number | null
        /** Of `hidden`: what is sent with the answers. */
        value?: string | null
        [name: string]: unknown
      }[]
      [name: string]: unknown
    }
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** 1, 2, 3 … within the conversation, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'retrieval.completed'
  /** Knowledge bases were searched. The query is in the list of turns. */
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    /** UUID. Those that the server creates are version 7 and sort by time. */
    id: string
    /** The tool call that asked; null if it was implicit. */
    call_id: string | null
    /** `implicit`: before the model was called; `action`, `tool`: by a call of it. */
    kind: 'implicit' | 'action' | 'tool'
    /** Null: nothing was searched. */
    retrieval_mode: 'hybrid' | 'full_text' | 'vector' | null
    /** What the search had to do without. */
    degraded: ('embedding_timeout' | 'embedding_failed' | 'vectors_incomplete' | 'full_text_timeout' | 'vector_timeout' | 'rerank_failed' | 'dataset_missing')[]
    /** `skipped`: the query has fewer than two letters or digits. `failed`, `timed_out`: no dataset could be searched. */
    outcome: 'found' | 'nothing' | 'skipped' | 'failed' | 'timed_out'
    latency_ms: number
    /** Best first. */
    chunks: RetrievedChunk[]
  }
}

export interface ConversationProgress {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  conversation: Conversation
}

export interface ConversationTeam {
  key: string
  /** As it is now. */
  name: string
}

export interface Crawl {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  status: 'running' | 'complete' | 'failed' | 'cancelled'
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  started_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  finished_at: string | null
  counts: {
    stored: number
    unchanged: number
    duplicate: number
    excluded: number
    robots: number
    noindex: number
    gone: number
    failed: number
    /** Addresses that are known and not fetched yet. */
    waiting: number
  }
  /** Why it ended before all addresses were fetched. */
  warning: string | null
  reason: KnowledgeReason | null
}

export interface CrawlPage {
  url: string
  outcome: 'stored' | 'unchanged' | 'duplicate' | 'excluded' | 'robots' | 'noindex' | 'gone' | 'failed'
  reason: string | null
}

export interface Credential {
  /** The part of the secret before the dot, without the prefix. For a credential that was installed without this form: an id that the server derived from it. */
  key_id: string
  name: string
  /** The role of an organization key; null if it has an explicit list of scopes. */
  role: 'admin' | 'responder' | 'viewer' | null
  /** The explicit list of scopes; null if the key has a role. */
  scopes: string[] | null
  /** The agents that the credential is narrowed to; null: all. */
  agent_ids: string[] | null
  mcp: McpOfKey | null
  /** Epoch milliseconds; null: never expires. */
  expires_at: number | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** May lag by up to a minute. */
  last_used_at: string | null
}

export interface Dataset {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  name: string
  description: string | null
  /** Ours. */
  embedding_provider: string | null
  /** The model’s name. Null while there is no model: the dataset is searched by words. */
  embedding_model: string | null
  /** 64 to 4,096. */
  embedding_dimension: number | null
  /** Ours. The stemmer of all sources, or `auto`: of each source’s language. */
  language: 'auto' | 'simple' | 'arabic' | 'armenian' | 'basque' | 'catalan' | 'danish' | 'dutch' | 'english' | 'finnish' | 'french' | 'german' | 'greek' | 'hindi' | 'hungarian' | 'indonesian' | 'irish' | 'italian' | 'lithuanian' | 'nepali' | 'norwegian' | 'portuguese' | 'romanian' | 'russian' | 'serbian' | 'spanish' | 'swedish' | 'tamil' | 'turkish' | 'yiddish'
  chunking_strategy: ChunkingStrategy
  /** Ours. How searches find chunks now. */
  retrieval_mode: 'hybrid' | 'full_text'
  /** Ours. Why only by words. */
  retrieval_reason: 'no_embedding_model' | 'embedding_model_unavailable' | 'embedding' | null
  reembedding: Reembedding | null
  counts: {
    sources: number
    ready: number
    in_progress: number
    failed: number
    /** Chunks that searches use. */
    chunks: number
  }
  /** Ours. The agents whose published version or draft names it. */
  agents: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    id: string
    name: string
  }[]
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  updated_at: string
}

export interface DatasetQueryAnswer {
  /** Best first. */
  chunks: FoundChunk[]
  retrieval_mode: 'hybrid' | 'full_text' | 'vector'
  /** What the search had to do without. */
  degraded: ('embedding_timeout' | 'embedding_failed' | 'vectors_incomplete' | 'full_text_timeout' | 'vector_timeout' | 'rerank_failed' | 'dataset_missing')[]
  took_ms: {
    embedding: number
    search: number
    rerank: number
    total: number
  }
}

export interface DatasetRetrieval {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  turn_id: string
  /** The tool call that asked; null if it was implicit. */
  call_id: string | null
  /** Redacted like the transcript. */
  query: string | null
  /** `implicit`: before the model was called; `action`, `tool`: by a call of it. */
  kind: 'implicit' | 'action' | 'tool'
  /** Null: nothing was searched. */
  retrieval_mode: 'hybrid' | 'full_text' | 'vector' | null
  /** What the search had to do without. */
  degraded: ('embedding_timeout' | 'embedding_failed' | 'vectors_incomplete' | 'full_text_timeout' | 'vector_timeout' | 'rerank_failed' | 'dataset_missing')[]
  /** `skipped`: the query has fewer than two letters or digits. `failed`, `timed_out`: no dataset could be searched. */
  outcome: 'found' | 'nothing' | 'skipped' | 'failed' | 'timed_out'
  latency_ms: number
  /** Those of this dataset, best first. */
  chunks: RetrievedChunk[]
  /** The highest score of these; null without any. */
  best_score: number | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
}

export interface DatasetSource {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  source_id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  dataset_id: string
  chunking_strategy: ChunkingStrategy
  /** Of the content that is being prepared, or that searches use. */
  total_chunks: number
  /** How many of them are done: with their vectors, if there is a model. */
  processed_chunks: number
  /** How far the newest content is. */
  processing_status: 'pending' | 'converting_to_markdown' | 'chunking' | 'embedding' | 'ready' | 'failed'
  /** The same as `processing_status`. */
  status: 'pending' | 'converting_to_markdown' | 'chunking' | 'embedding' | 'ready' | 'failed'
  status_reason: KnowledgeReason | null
  tries: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  next_try_at: string | null
  /** Whether searches find it: also during a new run, and after one that failed. */
  serving: boolean
  /** Chunks whose text already had a vector. */
  reused_chunks: number
  attached_by: 'caller' | 'crawl'
  sources: Source
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  updated_at: string
}

export interface EndConversationResponse {
  conversation_id: string
  /** Always `completed`. */
  status: 'token_created' | 'triggered' | 'ringing' | 'in_progress' | 'completed' | 'failed' | 'cancelled' | 'transferred' | 'unanswered'
  /** Wall-clock seconds. */
  duration: number | null
  /** The summary, if there is one. */
  summary: string | null
}

export interface EndedBy {
  type: 'credential' | 'user' | 'agent' | 'system'
  id: string | null
  name: string | null
  /** The reason that the caller gave to `end`. */
  reason: string | null
}

export interface ErrorBody {
  /** What went wrong, for people. */
  detail: string
  /** What went wrong, for programs. */
  code: 'agent_in_use' | 'agent_inactive' | 'already_rated' | 'analysis_in_progress' | 'body_too_large' | 'brand_not_found' | 'browser_key_refused' | 'budget_exceeded' | 'budget_of_parent' | 'call_loop' | 'captcha_failed' | 'captcha_required' | 'captcha_unavailable' | 'channel_not_configured' | 'connection_failed' | 'connection_in_use' | 'connection_name_taken' | 'content_purged' | 'conversation_active' | 'conversation_busy' | 'conversation_ended' | 'conversation_ending' | 'conversation_full' | 'conversation_has_no_agent' | 'conversation_id_taken' | 'conversation_not_active' | 'conversation_not_taken' | 'conversation_not_text' | 'conversation_taken' | 'cross_site_refused' | 'dataset_id_taken' | 'embedding_failed' | 'execution_active' | 'execution_not_waiting' | 'feedback_closed' | 'feedback_given' | 'file_missing' | 'file_too_large' | 'forbidden' | 'handoff_limit_reached' | 'handoff_not_supported' | 'has_children' | 'idempotency_key_reused' | 'identity_invalid' | 'identity_provider_failed' | 'identity_required' | 'internal' | 'invitation_closed' | 'invitation_needed' | 'invitation_needs_sign_in' | 'invitation_needs_token' | 'knowledge_unavailable' | 'last_admin' | 'malformed_request' | 'member_exists' | 'message_stored' | 'migrating' | 'model_failed' | 'nobody_available' | 'not_a_file' | 'not_a_url' | 'not_found' | 'not_up_to_date' | 'nothing_to_answer' | 'organization_deleting' | 'organization_missing' | 'organization_suspended' | 'origin_not_allowed' | 'outcome_unknown' | 'overloaded' | 'price_in_use' | 'quota_exceeded' | 'rate_limited' | 'rating_closed' | 'revision_mismatch' | 'secrets_too_large' | 'shortcut_taken' | 'slug_taken' | 'source_id_taken' | 'team_key_taken' | 'template_failed' | 'too_many_attachments' | 'too_many_audit_entries' | 'too_many_blocks' | 'too_many_budgets' | 'too_many_canned_replies' | 'too_many_children' | 'too_many_connections' | 'too_many_conversations_held' | 'too_many_credentials' | 'too_many_datasets' | 'too_many_descendants' | 'too_many_executions' | 'too_many_identity_keys' | 'too_many_invitations' | 'too_many_levels' | 'too_many_members' | 'too_many_notes' | 'too_many_organizations' | 'too_many_prices' | 'too_many_secrets' | 'too_many_sources' | 'too_many_streams' | 'too_many_tags' | 'too_many_teams' | 'too_many_unanswered_messages' | 'too_many_views' | 'too_many_waiting_turns' | 'too_many_web_widgets' | 'too_many_webhooks' | 'too_many_workflow_versions' | 'too_many_workflows' | 'trigger_conflict' | 'turn_cancelled' | 'turn_failed' | 'turn_in_progress' | 'turn_superseded' | 'turn_taken_over' | 'unauthorized' | 'unavailable' | 'unsupported_media_type' | 'upload_timed_out' | 'upload_url_invalid' | 'validation_failed' | 'version_not_published' | 'version_published' | 'view_only' | 'view_refused' | 'visitor_blocked' | 'webhook_inactive' | 'widget_answered' | 'widget_cap_reached' | 'workflow_in_use' | 'workflow_not_live'
  /** The `x-request-id` of the response. */
  request_id: string
  /** With 422: every fault of the request, at most 100 of them and 60 KiB. */
  errors?: FieldError[]
  /** The turn in which the message is stored. */
  turn_id?: string
  /** With `turn_in_progress`: the turn that is running. */
  running_turn_id?: string
  /** The execution that is stored, and goes on. Without it, nothing is stored. */
  execution_id?: string
  /** With the outcome of a turn: who handles the conversation now. */
  handled_by?: 'agent' | 'queue' | 'person'
  /** With `conversation_taken`: who holds it. Null: nobody does any more. */
  assignee?: Assignee | null
  /** With `conversation_taken`: since when. */
  taken_at?: string | null
  /** With `budget_exceeded`: when the next period of the budget begins; null: it has one period. */
  resets_at?: string | null
  /** With `turn_failed`: the outcome of the turn, if a budget has ended it. */
  outcome?: 'budget_exceeded'
  /** With `nobody_available`: when the team opens; null: nothing says so. */
  opens_at?: string | null
}

export interface FieldError {
  /** The faulty field as a dotted path, such as `config.llm.temperature`; empty for the whole body. Names longer than 64 characters and paths longer than 256 are cut off and end in `…`. */
  path: string
  message: string
  /** Of a problem of a workflow’s definition: its kind. */
  code?: 'invalid' | 'required' | 'duplicate_id' | 'unknown_step' | 'unknown_port' | 'no_entry' | 'unreachable' | 'missing_branch' | 'unbounded_cycle' | 'entry_has_input' | 'note_connected' | 'expression' | 'code' | 'reserved_name' | 'not_available'
}

/** A form that the agent can show in rich conversations. */
export interface FormDefinition {
  /** Its tool is `show_form_<id>`. */
  id: string
  /** A name for authors. */
  name?: string | null
  title?: string | null
  /** Shown below the title, and the description of the form's tool. Default of the tool, as on AnyReach: "Show the '<name>' form to collect structured data from the user." */
  description?: string | null
  submit_label?: string | null
  fields: {
    /** Unique within the form. */
    id: string
    label: string
    /** `multiselect` means the same as `multi_select`. The end user does not see `hidden`. */
    type: 'text' | 'textarea' | 'email' | 'phone' | 'number' | 'date' | 'time' | 'select' | 'multi_select' | 'multiselect' | 'radio' | 'checkbox' | 'rating' | 'hidden'
    /** Default false. */
    required?: boolean | null
    /** For `select`, `multi_select` and `radio`. */
    options?: string[] | null
    /** Of `number`: the smallest value. */
    min?: number | null
    /** Of `number`: the largest value. Of `rating`: how many stars, 3 to 10; default 5. */
    max?: number | null
    /** Of `hidden`: what is sent with the answers. */
    value?: string | null
  }[]
}

export interface FoundChunk {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  dataset_id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  source_id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  dataset_source_id: string
  /** 0, 1, 2 … in its source. */
  position: number
  content: string
  /** The headings above it, outermost first. */
  heading_path: string[]
  /** Of a PDF, from 1. */
  page: number | null
  url: string | null
  characters: number
  has_vector: boolean
  source_name: string
  metadata: Record<string, unknown>
  /** 0 to 1: the cosine similarity of a chunk with a vector, else `s/(s+5)` of the score of its words. */
  score: number
  scores: {
    vector: number | null
    full_text: number | null
    rerank: number | null
  }
}

export interface FoundOrganization {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  name: string
  slug: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  parent_id: string
  /** How far below your organization: 1 is a child, 2 a child of one. */
  depth: number
  /** Its own. Calls are also refused while an organization above it is suspended. */
  status: 'active' | 'suspended'
  child_count: number
  member_count: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** From your organization to its parent. */
  breadcrumb: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    id: string
    name: string
    slug: string
  }[]
}

/** When the agent hands the conversation to people. The operations work without it. */
export interface HandOffConfig {
  /** Whether the model has the tool `hand_off` and the rules below hold. Default false. */
  enabled?: boolean | null
  /** How often tool, rules and end users can ask for a person in one conversation. Then tool and rules are declined, and conversation tokens get 409 `handoff_limit_reached`. Default 5. From 1 to 50. */
  max_per_conversation?: number | null
  /** The key of the team that is asked. A key without a team is a warning, and means the default team. */
  team?: string | null
  /** The keys of the teams that the model may choose from. Default: none, it does not choose. */
  teams?: string[] | null
  /** Whether the instructions ask the model to hand off when the end user asks for a person. Default true. */
  asked_for_person?: boolean | null
  /** Words and phrases that hand off when a message has one, compared as whole words in any case after Unicode normalization (NFKC). The model is not called; the reply is the wait message. Default: none. */
  keywords?: string[] | null
  /** Hands off when so many turns in a row have failed; null: never. Default 2. From 1 to 10. */
  after_failed_replies?: number | null
  /** Has each reply rated by a model, as `metrics.confidence` of its message, and hands off when replies are rated low in a row. Default null: replies are not rated. */
  low_confidence?: LowConfidence | null
  /** For clients that read no events: `reply` of a message that was given to people is what people have written since the message before, separated by blank lines; that of the first message after the return has it before the reply of the agent. Default false: it is empty. */
  relay_in_reply?: boolean | null
}

/** The times of a hand-off, by the clock of the database. */
export interface Handling {
  /** When a person was last asked for. */
  requested_at: string | null
  requested_by: HandlingActor | null
  /** When the last person took it. */
  taken_at: string | null
  /** When it last came back to its agent. */
  returned_at: string | null
  /** Since when it waits for a person; null: it does not. */
  waiting_since: string | null
  /** When the wait is over, and its fallback happens. */
  wait_until: string | null
  /** Until when the `assignee` of a waiting conversation can accept it. */
  offered_until: string | null
  /** The first message of the end user that no person has answered; null: none. */
  unanswered_since: string | null
  /** When it wakes; null: it is not snoozed. */
  snoozed_until: string | null
  /** Whether a message of the end user wakes it. */
  wake_on_reply: boolean
  /** Each null if the team sets no such time. */
  sla: {
    /** From the request until a person answers. */
    first_response: SlaClock | null
    /** From a message of the end user until a person answers. */
    next_response: SlaClock | null
    /** From the request until it is returned or ended. */
    resolution: SlaClock | null
  }
}

export interface HandlingActor {
  type: 'credential' | 'user' | 'end_user' | 'agent' | 'system'
  /** Of a member, a key, or the end user; null for the agent and the system. */
  id: string | null
  name: string | null
}

export interface HandlingStatisticsRow {
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  from: string
  /** Exclusive. */
  to: string
  /** The key of the team; null: none, or all. */
  team: string | null
  /** The member; null: nobody, or all. */
  user_id: string | null
  /** How often a person was asked for. */
  requested: number
  /** How often a person took a conversation. */
  taken: number
  /** Requests and offers that were declined. */
  declined: number
  /** Offers and waits that were over before anybody took the conversation. */
  expired: number
  /** Conversations that ended while they waited. */
  abandoned: number
  /** From the request until a person took it. */
  wait: {
    /** Median in seconds. */
    p50: number
    /** 95th percentile in seconds. */
    p95: number
  } | null
  /** From the request until a person answered. */
  first_response: {
    /** Median in seconds. */
    p50: number
    /** 95th percentile in seconds. */
    p95: number
  } | null
  ratings: {
    count: number
    /** 1 to 5. */
    average: number | null
  }
}

/** Calls an HTTP API. A JSON response is parsed; at most 256 KiB are kept. A redirect to another server is followed without the headers; if the request has a body, it is an error. */
export interface HttpAction {
  type: 'http'
  /** A template expression without braces, such as `order.status == 200`. The action runs if it is truthy. Absent, null or blank: always, as on AnyReach. */
  condition?: string | null
  /** Default `GET`. */
  method?: 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | null
  /** A template. A value in the path can fill at most one segment, and in the query one parameter: characters that would exceed it are percent-encoded or an error. A value that is the whole base, the whole path after the host, or the whole query is inserted unchanged; `safe` inserts any value unchanged. Private addresses are refused. */
  url: string
  /** Values are templates. `Idempotency-Key` is always the id of the call. */
  headers?: Record<string, string> | null
  /** Added to the URL; values are templates. */
  query?: Record<string, string> | null
  /** A text is a template whose result is sent unchanged. Anything else is sent as JSON, and its texts are templates. */
  body?: unknown
  /** Time limit of each attempt. Default: the tool's. From 1 to 600000. */
  timeout_ms?: number | null
  /** How many times to retry after no response, 429 or 5xx, within the time limit of the tool. Default 0. From 0 to 5. */
  retries?: number | null
  /** Saves `{status, body}` under this name for later templates and the output. Default: not saved. Names that templates already use, such as `error`, `arguments` or `custom_metadata`, are refused. */
  save_as?: string | null
}

export interface ImportError {
  /** Index in `conversations`, starting at 0. */
  index: number
  id: string | null
  path: string
  message: string
}

export interface ImportedConversation {
  id: string
  channel: 'telephone' | 'webrtc' | 'email' | 'text'
  /** Default `inbound`. */
  direction?: 'inbound' | 'outbound' | null
  /** A text conversation cannot be `token_created`. */
  status: 'token_created' | 'triggered' | 'ringing' | 'in_progress' | 'completed' | 'failed' | 'cancelled' | 'transferred' | 'unanswered'
  user_id: string
  /** May be an agent of the system that the conversation comes from. */
  agent_id?: string | null
  agent_version_id?: string | null
  agent?: {
    id?: string | null
    name?: string | null
  } | null
  agent_number?: string | null
  to_address?: string | null
  from_address?: string | null
  subject?: string | null
  web_widget_id?: string | null
  trunk_id?: string | null
  /** If there is a transcript, its user messages are counted instead. From 0 to 2147483647. */
  user_turn_count?: number | null
  /** Used if `ended_at` is missing. From 0 to 2147483647. */
  duration?: number | null
  /** Moved forward by microseconds if another conversation has the same; further where many have. */
  created_at: string
  /** Default: `ended_at`, or else `created_at`. */
  updated_at?: string | null
  /** If it has ended. Default: `created_at` plus `duration`, or else `updated_at`. */
  ended_at?: string | null
  /** Default `imported`. */
  end_reason?: 'ended_by_caller' | 'ended_by_agent' | 'ended_by_end_user' | 'inactivity' | 'max_duration' | 'max_turns' | 'deleted' | 'imported' | 'error' | 'nobody_available' | 'rejected' | 'pre_workflow_failed' | null
  ended_by?: Record<string, unknown> | null
  /** Default: the time of the last item. */
  last_activity_at?: string | null
  analysis_status?: 'none' | 'queued' | 'running' | 'done' | 'skipped' | 'failed' | null
  summary?: string | null
  analysis?: Analysis | null
  initial_context?: string | null
  custom_metadata?: Record<string, unknown> | null
  recording_details?: Record<string, unknown> | null
  conversation?: {
    items: ImportedItem[]
  } | null
}

export interface ImportedItem {
  /** Default: a new id. */
  id?: string | null
  type: 'message' | 'function_call' | 'function_call_output'
  /** If given, it must be the item's index in the list. */
  position?: number | null
  role?: 'user' | 'assistant' | 'system' | null
  /** Who wrote the message: `end_user` for role `user`, others for `assistant`. Default: by its role. */
  author?: {
    type: 'end_user' | 'agent' | 'user' | 'system'
    id?: string | null
    name?: string | null
    external?: boolean | null
    shown_name?: string | null
  } | null
  content?: string[] | null
  interrupted?: boolean | null
  /** Only of role `assistant`. The passages need not exist here. */
  citations?: {
    /** From 1 to 999999. */
    number: number
    source_name: string
    url?: string | null
    /** From 1 to 2147483647. */
    page?: number | null
    chunk_id?: string | null
    source_id?: string | null
  }[] | null
  call_id?: string | null
  name?: string | null
  arguments?: Record<string, unknown> | null
  output?: unknown
  is_error?: boolean | null
  /** From 0 to 2147483647. */
  latency_ms?: number | null
  turn_id?: string | null
  /** Only of messages of the end user; needs a `turn_id`. */
  client_id?: string | null
  in_reply_to?: string | null
  values?: Record<string, unknown> | null
  metrics?: Record<string, unknown> | null
  /** Default: the conversation's. */
  created_at?: string | null
}

/** When a conversation ends by itself. Silence begins with the last message or when the last turn is over, whichever is later; a conversation with a turn that runs or waits is not silent. The times are kept within 5 seconds. */
export interface Inactivity {
  /** Seconds of silence before `warn_message`, which is said once in each silence; null: never. No effect if the conversation ends before. From 1 to 31536000. */
  warn_after_seconds?: number | null
  /** Said to the end user who is silent. Does not count as activity. A template with the variables of `starting_message`; wrapped by the channel's `body_template`. A message of the agent that belongs to no turn. Absent or blank: nothing is said. */
  warn_message?: string | null
  /** Seconds of silence before the conversation ends with `inactivity`; null: never. Default 86400. From 1 to 31536000. */
  end_after_seconds?: number | null
  /** The last message of a conversation that one of these rules ends. A template with the variables of `starting_message`; wrapped by the channel's `body_template`. A message of the agent that belongs to no turn. Absent or blank: nothing is said. */
  end_message?: string | null
  /** Maximum duration of the conversation, which then ends with `max_duration`, even during a turn; null: no limit. From 1 to 31536000. */
  max_duration_seconds?: number | null
  /** Maximum number of user messages. After the last one, messages are refused with 409 `conversation_ending`, and the conversation ends with `max_turns` after the reply. If the last turn fails, its message can be sent again with the same `Idempotency-Key`; null: no limit. From 1 to 100000. */
  max_user_turns?: number | null
}

export interface InboxRow {
  conversation: Conversation
  /** The beginning of the newest message, up to 200 characters; null without a message. */
  last_message: string | null
  last_message_by: 'end_user' | 'agent' | 'user' | 'system' | null
}

/** The latest generation of instructions; null: none. Publishing the version does not stop it. */
export interface InstructionGeneration {
  /** When `done`, the instructions are in `config.instructions`. */
  status: 'queued' | 'running' | 'done' | 'failed'
  /** Why the generation failed. */
  error: string | null
  /** With `failed`: the generated text, if it could not be stored in the version. */
  instructions: string | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  requested_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  finished_at: string | null
}

export interface Invitation {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  invitation_id: string
  email: string
  role: 'admin' | 'responder' | 'viewer'
  name: string | null
  /** The member or the key that created the invitation. */
  invited_by: {
    type: string
    id: string | null
    name: string | null
  }
  /** All but `pending` are final, and kept for 90 days. */
  state: 'pending' | 'accepted' | 'declined' | 'expired' | 'revoked'
  /** Of the mail with the link. `none`: nobody sends one; pass the link on yourself. */
  delivery: {
    status: 'none' | 'queued' | 'sent' | 'failed'
    error: string | null
  }
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  expires_at: string
  /** When it reached its final state. */
  ended_at: string | null
}

export interface JoinedOrganization {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  name: string
  slug: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  parent_id: string | null
  /** Its own. Calls are also refused while an organization above it is suspended. */
  status: 'active' | 'suspended'
  /** Your own there. */
  role: 'admin' | 'responder' | 'viewer'
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
}

/** Searches datasets. The model gets the passages as reference data of others. It fails if no dataset could be searched; that nothing was found is no failure. A tool that has only such actions counts as `idempotent`. */
export interface KnowledgeBaseAction {
  type: 'knowledge_base'
  /** A template expression without braces, such as `order.status == 200`. The action runs if it is truthy. Absent, null or blank: always, as on AnyReach. */
  condition?: string | null
  /** The id of a dataset; never a template. */
  dataset_id?: string | null
  /** Several datasets, instead of `dataset_id`. */
  dataset_ids?: string[] | null
  /** A template. Default: the argument `query`, else the message of the end user. */
  query?: string | null
  /** Maximum number of passages of each dataset. Default 5. From 1 to 100. */
  top_n?: number | null
  /** Leaves out passages with a lower score. Default: none. From 0 to 1. */
  min_score?: number | null
  /** Saves the passages under this name for later templates and the output: a list of `{number, text, source_name, url, score}`, best first. Default `passages`. Names that templates already use, such as `error`, `arguments` or `custom_metadata`, are refused. */
  save_as?: string | null
}

export interface KnowledgeCapabilities {
  /** Whether the database has what knowledge bases need. */
  available: boolean
  /** Known models of the configured providers. Others can be named too. */
  embedding_models: {
    provider: string
    model: string
    dimension: number | null
  }[]
  default_embedding_model: {
    provider: string
    model: string
    dimension: number | null
  } | null
  /** How the nearest vectors are found. With `pgvector`, datasets of 20,000 chunks or more have an HNSW index. */
  vector_index: 'sign_bits' | 'pgvector'
  rerank_model: string | null
  /** With `s3`, a backup of the database holds no files. */
  blob_store: 'postgres' | 's3'
  /** Bytes, rows and seconds, by name. */
  limits: Record<string, number>
}

export interface KnowledgeReason {
  code: 'unsupported_type' | 'encrypted' | 'corrupt' | 'empty' | 'no_text' | 'too_large' | 'too_many_pages' | 'too_many_chunks' | 'conversion_timeout' | 'conversion_memory' | 'upload_expired' | 'refused_address' | 'fetch_failed' | 'fetch_status' | 'too_many_redirects' | 'robots_disallowed' | 'robots_unavailable' | 'too_many_gone' | 'cancelled' | 'embedding_rejected' | 'embedding_unauthorized' | 'embedding_failed' | 'dimension_mismatch' | 'quota_exceeded' | 'attempts_exhausted' | 'deadline'
  /** What happened, and what to do. */
  message: string
}

export interface LanguageModel {
  /** For example `openai`, `anthropic`, `google`, `azure`, `openai-compatible`, `demo`. */
  provider: string
  /** The provider's own name for the model: letters, digits and `.` `_` `:` `@` `+` `-`, in parts separated by `/`; no part is `.` or `..`. */
  model: string
  /** From 0 to 2. */
  temperature?: number | null
  /** From 1 to 1000000. */
  max_output_tokens?: number | null
  /** Time limit of one model call. Default 60000. From 1 to 600000. */
  timeout_ms?: number | null
  /** Models to try, in order, if the first one cannot answer. */
  fallbacks?: {
    /** For example `openai`, `anthropic`, `google`, `azure`, `openai-compatible`, `demo`. */
    provider: string
    /** The provider's own name for the model: letters, digits and `.` `_` `:` `@` `+` `-`, in parts separated by `/`; no part is `.` or `..`. */
    model: string
    /** From 0 to 2. */
    temperature?: number | null
    /** From 1 to 1000000. */
    max_output_tokens?: number | null
    /** Time limit of one model call. Default 60000. From 1 to 600000. */
    timeout_ms?: number | null
  }[] | null
}

export interface Latency {
  /** Replies whose latency was measured. */
  turns: number
  first_text: Percentiles | null
  total: Percentiles | null
  /** Share of their total time spent in model calls, 0 to 1. */
  model_share: number | null
  /** Share of their total time spent in tool calls, 0 to 1. */
  tools_share: number | null
}

export interface ListedAgent {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** The same as `id`. */
  agent_id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** Not unique. */
  name: string
  description: string | null
  /** An inactive agent accepts no new conversations. */
  active: boolean
  is_demo: boolean
  metadata: Record<string, unknown>
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  updated_at: string
  /** With `standing`: the newest version, and the newest published one if that is a different version; newest first. */
  versions?: AgentVersionSummary[]
  statistics?: {
    conversations: number
    active_conversations: number
    user_turns: number
    /** Average length of ended conversations in seconds. */
    average_duration: number | null
  }
}

export interface ListedModel {
  /** `llm.provider` of a configuration. */
  provider: string
  /** `llm.model`; null: any model of the provider, by the provider’s own name. */
  model: string | null
  /** Whether agents without a configured model use it. */
  is_default: boolean
  /** What makes it available: the server itself, the server's settings, or a key among the organization's secrets. */
  source: 'built_in' | 'environment' | 'organization'
}

export interface LowConfidence {
  /** A reply rated below this counts. Default 0.4. From 0 to 1. */
  threshold?: number | null
  /** How many such replies in a row it takes. Default 2. From 1 to 10. */
  consecutive?: number | null
  /** The model that rates. Default: the model of the agent, with its fallbacks. */
  llm?: LanguageModel | null
}

/** What this key is offered over MCP. It narrows what the organization offers: `enabled`, `tools` and `read_only` add to its restrictions; `mode` replaces its own. */
export interface McpOfKey {
  /** Whether `/mcp` answers. Default true. */
  enabled?: boolean
  /** What is listed: `discovery` the four tools that find and call all others, `direct` the operations themselves, `both`. Default `discovery`. */
  mode?: 'discovery' | 'direct' | 'both'
  /** Names of tools, such as `core_list_agents`: no others are listed, found or called. Empty, the default: all that the caller’s scopes allow; of these, `direct` lists the first 64 by name. */
  tools?: string[]
  /** Whether calls that change something are refused. Default false. */
  read_only?: boolean
}

/** Remote tools over streamable HTTP. If a server is down, the model cannot use its tools, but the turn continues. */
export interface McpServer {
  /** Unique within the agent. The model sees the tools of the server as `<name>_<tool>`. */
  name: string
  /** Address of its streamable HTTP endpoint. Private addresses are refused. */
  url: string
  /** Sent with every request. Values are templates that can use `secrets`. */
  headers?: Record<string, string> | null
  /** The tools that the model may call. Default: all, at most 128. */
  allowed_tools?: string[] | null
  /** Time limit of connecting and of each call. Default 10000. From 1 to 600000. */
  timeout_ms?: number | null
}

export interface McpSettings {
  /** Whether `/mcp` answers. Default true. */
  enabled: boolean
  /** What is listed: `discovery` the four tools that find and call all others, `direct` the operations themselves, `both`. Default `discovery`. */
  mode: 'discovery' | 'direct' | 'both'
  /** Names of tools, such as `core_list_agents`: no others are listed, found or called. Empty, the default: all that the caller’s scopes allow; of these, `direct` lists the first 64 by name. */
  tools: string[]
  /** Whether calls that change something are refused. Default false. */
  read_only: boolean
}

export interface Member {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  user_id: string
  email: string
  name: string | null
  role: 'admin' | 'responder' | 'viewer'
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
}

export interface Message {
  message: string
}

export interface MessageAuthor {
  /** `user`: a person who answers; `system`: messages about the hand-off itself. */
  type: 'end_user' | 'agent' | 'user' | 'system'
  /** Of the person who answered; null for others, and for conversation tokens. */
  id: string | null
  /** For conversation tokens: the name that end users are shown. */
  name: string | null
  /** Whether the person belongs to another desk. */
  external: boolean
  /** What end users are shown instead of the name; absent: the name. */
  shown_name?: string
}

export interface MessageReply {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string
  reply: string
  /** Each tool call with its result. Always empty for a conversation token, which cannot see tool calls. */
  tool_calls: ToolCall[]
  /** Only with `rich`: the widgets that the agent showed, in order; may be empty. */
  widgets?: Widget[]
  /** With `retrieval.citations`: the passages that the text refers to by number; absent without any. */
  citations?: Citation[]
  /** UUID. Those that the server creates are version 7 and sort by time. */
  turn_id: string
  /** Who handles the conversation now. Outside `agent` the message was given to people: `reply` is empty, or has what people wrote with `hand_off.relay_in_reply`. */
  handled_by: 'agent' | 'queue' | 'person'
}

export interface NamedChunk {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  dataset_id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  source_id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  dataset_source_id: string
  /** 0, 1, 2 … in its source. */
  position: number
  content: string
  /** The headings above it, outermost first. */
  heading_path: string[]
  /** Of a PDF, from 1. */
  page: number | null
  url: string | null
  characters: number
  source_name: string
  dataset_name: string
  /** Whether searches find it; false once newer content has replaced it. */
  serving: boolean
}

export interface NewCredential {
  /** The part of the secret before the dot, without the prefix. For a credential that was installed without this form: an id that the server derived from it. */
  key_id: string
  name: string
  /** The role of an organization key; null if it has an explicit list of scopes. */
  role: 'admin' | 'responder' | 'viewer' | null
  /** The explicit list of scopes; null if the key has a role. */
  scopes: string[] | null
  /** The agents that the credential is narrowed to; null: all. */
  agent_ids: string[] | null
  mcp: McpOfKey | null
  /** Epoch milliseconds; null: never expires. */
  expires_at: number | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** May lag by up to a minute. */
  last_used_at: string | null
  /** The full secret, shown only once. */
  pat_key: string
}

export interface NewInvitation {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  invitation_id: string
  email: string
  role: 'admin' | 'responder' | 'viewer'
  name: string | null
  /** The member or the key that created the invitation. */
  invited_by: {
    type: string
    id: string | null
    name: string | null
  }
  /** All but `pending` are final, and kept for 90 days. */
  state: 'pending' | 'accepted' | 'declined' | 'expired' | 'revoked'
  /** Of the mail with the link. `none`: nobody sends one; pass the link on yourself. */
  delivery: {
    status: 'none' | 'queued' | 'sent' | 'failed'
    error: string | null
  }
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  expires_at: string
  /** When it reached its final state. */
  ended_at: string | null
  /** Shown only once. Anyone who has it can accept the invitation. */
  token: string
  /** The link to pass on. It has the token after `#`, so that no server or log sees it. Null without PARLEY_PUBLIC_URL. */
  url: string | null
}

export interface NewSource {
  /** Makes creation idempotent: the same id and body answer the same source. */
  id?: string | null
  /** The file’s name, kept as it is sent, or an http(s) address. Control characters, and those that change the direction of text, are refused. */
  name: string
  type: 'FILE' | 'URL'
  domain?: string | null
  chunking_strategy?: 'fixed_size' | 'structure_based' | 'fixed' | 'default' | {
    method?: 'fixed_size' | 'structure_based' | 'fixed' | 'default' | null
    /** From 100 to 8000. */
    chunk_size?: number | null
    /** From 0 to 4000. */
    chunk_overlap?: number | null
  } | null
  /** Bytes, as announced. */
  file_size?: number | null
  description?: string | null
  /** At most 8 KiB. Queries can filter by it. */
  metadata?: Record<string, unknown> | null
  url_crawl_options?: UrlCrawlOptions | null
  /** How often a URL is fetched again. From 1 to 8760. */
  refresh_interval_hours?: number | null
}

/** One source, or a list of 1 to 100. */
export type NewSources = NewSource | NewSource[]

export interface NewWebWidgetIdentityKey {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  key_id: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** May be up to a minute old. */
  last_used_at: string | null
  /** Its bytes in UTF-8 are the key that signs identities. Shown only once. */
  secret: string
}

export interface NewWebhookEndpoint {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** An http or https address without a user name; surrounding white space is removed. Private addresses are refused at delivery. */
  url: string
  /** Event types, patterns such as `conversation.*`, or `*` for all. */
  events: string[]
  description: string | null
  /** An inactive endpoint gets no new events. Its pending deliveries continue when it is active again. */
  active: boolean
  /** UUID. Those that the server creates are version 7 and sort by time. */
  agent_id: string | null
  /** The time since which every attempt has failed. */
  failing_since: string | null
  /** When the server disabled the endpoint. */
  disabled_at: string | null
  /** `gone`: the endpoint answered 410; `failing`: every attempt failed for five days. */
  disabled_reason: 'gone' | 'failing' | null
  /** Deliveries are signed with both secrets until this time. */
  previous_secret_expires_at: string | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  updated_at: string
  /** The signing key, `whsec_…`. Shown only once. */
  secret: string
}

export interface Note {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  text: string
  author: MessageAuthor
  /** Whether the agent sees it after the conversation is returned. */
  for_agent: boolean
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** When its author last changed it. */
  edited_at: string | null
}

export interface Organization {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  name: string
  slug: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** A JSON object; names other than `handling` and `partner_access` are your own. */
  settings: {
    handling?: {
      /** Which conversations members with the role `responder` see: `teams` are those of their teams, of no team, and those that they hold. Default `all`. */
      responders_see?: 'all' | 'teams'
    }
    /** What members of the organizations above may see by `view-as`: nothing, what needs a `…:read` scope, or sensitive content too. Default `read`. */
    partner_access?: 'none' | 'read' | 'read_sensitive'
    [name: string]: unknown
  }
}

export interface OrganizationChoice {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  name: string
  slug: string
  /** Null for a key with an explicit list of scopes, and for a view. */
  role: 'admin' | 'responder' | 'viewer' | null
  /** `suspended` also if an organization above it is. */
  status: 'active' | 'suspended'
}

export type OrganizationEvent = {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'organization.created'
  /** In the organization, and in its parent. */
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    organization_id: string
    name: string
    slug: string
    /** UUID. Those that the server creates are version 7 and sort by time. */
    parent_id: string | null
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'organization.updated'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    organization_id: string
    name: string
    slug: string
    /** UUID. Those that the server creates are version 7 and sort by time. */
    parent_id: string | null
    status: 'active' | 'suspended'
    changed: ('name' | 'slug' | 'settings' | 'status' | 'parent')[]
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'organization.suspended'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    organization_id: string
    name: string
    slug: string
    /** UUID. Those that the server creates are version 7 and sort by time. */
    parent_id: string | null
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'organization.deleted'
  /** In the organization, and in its parent. */
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    organization_id: string
    name: string
    slug: string
    /** UUID. Those that the server creates are version 7 and sort by time. */
    parent_id: string | null
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'member.joined'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    user_id: string
    name: string | null
    role: 'admin' | 'responder' | 'viewer'
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'member.updated'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    user_id: string
    name: string | null
    role: 'admin' | 'responder' | 'viewer'
    was: 'admin' | 'responder' | 'viewer'
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'member.removed'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    user_id: string
    name: string | null
    role: 'admin' | 'responder' | 'viewer'
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'invitation.created'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    invitation_id: string
    email: string
    role: 'admin' | 'responder' | 'viewer'
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'invitation.accepted'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    invitation_id: string
    email: string
    role: 'admin' | 'responder' | 'viewer'
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'invitation.declined'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    invitation_id: string
    email: string
    role: 'admin' | 'responder' | 'viewer'
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'invitation.expired'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    invitation_id: string
    email: string
    role: 'admin' | 'responder' | 'viewer'
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'invitation.revoked'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    invitation_id: string
    email: string
    role: 'admin' | 'responder' | 'viewer'
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'credential.created'
  data: {
    key_id: string
    name: string
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'credential.deleted'
  data: {
    key_id: string
    name: string
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'view_as.started'
  /** In both organizations. */
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    view_id: string
    /** The organization that is looked at. */
    organization_id: string
    /** The organization of the member who looks. */
    partner_id: string
    viewer: {
      /** UUID. Those that the server creates are version 7 and sort by time. */
      user_id: string
      name: string | null
    }
    reason: string
    /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
    expires_at: string
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'view_as.ended'
  /** In both organizations. */
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    view_id: string
    /** The organization that is looked at. */
    organization_id: string
    /** The organization of the member who looks. */
    partner_id: string
    viewer: {
      /** UUID. Those that the server creates are version 7 and sort by time. */
      user_id: string
      name: string | null
    }
    cause: 'ended' | 'expired' | 'refused'
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'webhook.disabled'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    webhook_id: string
    url: string
    reason: 'gone' | 'failing'
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'dataset.created'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    dataset_id: string
    name: string
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'dataset.updated'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    dataset_id: string
    name: string
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'dataset.deleted'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    dataset_id: string
    name: string
    /** How many were attached; they have no events of their own. */
    sources: number
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'dataset.reembedded'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    dataset_id: string
    name: string
    embedding_model: string
    /** Null: the model’s own, which nobody has learned yet. */
    embedding_dimension: number | null
    chunks: number
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'dataset.reembedding_failed'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    dataset_id: string
    name: string
    embedding_model: string
    /** Null: the model’s own, which nobody has learned yet. */
    embedding_dimension: number | null
    reason: KnowledgeReason
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'source.created'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    source_id: string
    type: 'FILE' | 'URL'
    name: string
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'source.updated'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    source_id: string
    type: 'FILE' | 'URL'
    name: string
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'source.deleted'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    source_id: string
    type: 'FILE' | 'URL'
    name: string
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'source.crawled'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    source_id: string
    name: string
    /** UUID. Those that the server creates are version 7 and sort by time. */
    crawl_id: string
    counts: {
      stored: number
      unchanged: number
      duplicate: number
      excluded: number
      robots: number
      noindex: number
      gone: number
      failed: number
      /** Addresses that are known and not fetched yet. */
      waiting: number
    }
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'source.crawl_failed'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    source_id: string
    name: string
    /** UUID. Those that the server creates are version 7 and sort by time. */
    crawl_id: string
    counts: {
      stored: number
      unchanged: number
      duplicate: number
      excluded: number
      robots: number
      noindex: number
      gone: number
      failed: number
      /** Addresses that are known and not fetched yet. */
      waiting: number
    }
    reason: KnowledgeReason
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'dataset_source.created'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    dataset_source_id: string
    /** UUID. Those that the server creates are version 7 and sort by time. */
    dataset_id: string
    /** UUID. Those that the server creates are version 7 and sort by time. */
    source_id: string
    /** Of the source. */
    name: string
    attached_by: 'caller' | 'crawl'
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'dataset_source.ready'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    dataset_source_id: string
    /** UUID. Those that the server creates are version 7 and sort by time. */
    dataset_id: string
    /** UUID. Those that the server creates are version 7 and sort by time. */
    source_id: string
    /** Of the source. */
    name: string
    /** Of the source’s content. */
    revision: number
    chunks: number
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'dataset_source.failed'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    dataset_source_id: string
    /** UUID. Those that the server creates are version 7 and sort by time. */
    dataset_id: string
    /** UUID. Those that the server creates are version 7 and sort by time. */
    source_id: string
    /** Of the source. */
    name: string
    reason: KnowledgeReason
    tries: number
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'dataset_source.deleted'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    dataset_source_id: string
    /** UUID. Those that the server creates are version 7 and sort by time. */
    dataset_id: string
    /** UUID. Those that the server creates are version 7 and sort by time. */
    source_id: string
    /** Of the source. */
    name: string
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'web_widget.created'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    web_widget_id: string
    name: string
    /** UUID. Those that the server creates are version 7 and sort by time. */
    agent_id: string
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'web_widget.updated'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    web_widget_id: string
    name: string
    /** What changed. */
    changed: ('agent_id' | 'agent_version_id' | 'name' | 'domains' | 'published' | 'config' | 'limits' | 'identity' | 'captcha' | 'identity_keys' | 'blocks' | 'revoked_before')[]
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'web_widget.deleted'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    web_widget_id: string
    name: string
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'web_widget.limit_reached'
  /** Once for each limit and day. */
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    web_widget_id: string
    name: string
    limit: 'conversations_per_address_hour' | 'conversations_per_visitor_day' | 'messages_per_address_minute' | 'messages_per_conversation_minute' | 'messages_per_conversation' | 'message_characters' | 'conversations_per_day' | 'active_conversations' | 'tokens_per_day'
    /** In UTC, such as 2026-01-31. */
    day: string
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'workflow.published'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    workflow_id: string
    name: string
    version: number
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'workflow.went_live'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    workflow_id: string
    name: string
    version: number
    /** The version that was live before; null: none. */
    replaced: number | null
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'workflow.went_offline'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    workflow_id: string
    name: string
    version: number
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'workflow_trigger.skipped'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    workflow_id: string
    name: string
    version: number
    /** UUID. Those that the server creates are version 7 and sort by time. */
    trigger_id: string
    step_id: string
    /** Why it did not start an execution. */
    reason: string
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'budget.warned'
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    budget_id: string
    name: string
    /** UUID. Those that the server creates are version 7 and sort by time. */
    agent_id: string | null
    unit: 'cost' | 'tokens' | 'messages' | 'conversations'
    /** Decimal text. */
    amount: string
    /** Decimal text. */
    spent: string
    /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
    period_start: string | null
    /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
    period_end: string | null
    /** The share of the amount that was reached. */
    warn_at: number
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'budget.stopped'
  /** It is used up, and it stops what uses it. */
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    budget_id: string
    name: string
    /** UUID. Those that the server creates are version 7 and sort by time. */
    agent_id: string | null
    unit: 'cost' | 'tokens' | 'messages' | 'conversations'
    /** Decimal text. */
    amount: string
    /** Decimal text. */
    spent: string
    /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
    period_start: string | null
    /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
    period_end: string | null
  }
} | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** 1, 2, 3 … within the organization, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'budget.resumed'
  /** What it stopped goes on. */
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    budget_id: string
    name: string
    /** UUID. Those that the server creates are version 7 and sort by time. */
    agent_id: string | null
    unit: 'cost' | 'tokens' | 'messages' | 'conversations'
    /** Decimal text. */
    amount: string
    /** Decimal text. */
    spent: string
    /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
    period_start: string | null
    /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
    period_end: string | null
  }
}

export interface Pagination {
  /** The page size that was used. */
  limit: number
  /** Send it as `cursor` to get the next page; null on the last page. */
  next_cursor: string | null
}

export interface PartnerUsage {
  /** Of calls that ended, with two decimals. */
  voice_minutes: number
  /** Of text conversations that ended, with two decimals. E-mail has none. */
  chat_minutes: number
  /** Conversations that were created. Deleted ones stay counted; imported ones never count. */
  total_calls: number
  /** Of the channels `telephone` and `webrtc`. */
  voice_calls: number
  /** Of the channels `text` and `email`. */
  chat_calls: number
  inbound_calls: number
  outbound_calls: number
  /** Executions of workflows that ended, tests aside. */
  workflow_runs_total: number
  workflow_runs_success: number
  workflow_runs_failed: number
  /** Seconds of the conversations that have minutes and ended. */
  average_duration: number | null
  tokens: {
    /** All of them, also those from a cache. */
    input: number
    cached_input: number
    output: number
  }
  cost: UsageCost
  /** Each day of the range, also those without usage. */
  daily: {
    /** In UTC, such as 2026-01-31. */
    date: string
    /** Of calls that ended, with two decimals. */
    voice_minutes: number
    /** Of text conversations that ended, with two decimals. E-mail has none. */
    chat_minutes: number
    /** Conversations that were created. Deleted ones stay counted; imported ones never count. */
    total_calls: number
    /** Of the channels `telephone` and `webrtc`. */
    voice_calls: number
    /** Of the channels `text` and `email`. */
    chat_calls: number
    inbound_calls: number
    outbound_calls: number
    /** Executions of workflows that ended, tests aside. */
    workflow_runs_total: number
    workflow_runs_success: number
    workflow_runs_failed: number
    /** Seconds of the conversations that have minutes and ended. */
    average_duration: number | null
    tokens: {
      /** All of them, also those from a cache. */
      input: number
      cached_input: number
      output: number
    }
    cost: UsageCost
  }[]
  /** One for each organization, by slug. */
  organizations: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    organization_id: string
    name: string
    slug: string
    /** Of calls that ended, with two decimals. */
    voice_minutes: number
    /** Of text conversations that ended, with two decimals. E-mail has none. */
    chat_minutes: number
    /** Conversations that were created. Deleted ones stay counted; imported ones never count. */
    total_calls: number
    /** Of the channels `telephone` and `webrtc`. */
    voice_calls: number
    /** Of the channels `text` and `email`. */
    chat_calls: number
    inbound_calls: number
    outbound_calls: number
    /** Executions of workflows that ended, tests aside. */
    workflow_runs_total: number
    workflow_runs_success: number
    workflow_runs_failed: number
    /** Seconds of the conversations that have minutes and ended. */
    average_duration: number | null
    tokens: {
      /** All of them, also those from a cache. */
      input: number
      cached_input: number
      output: number
    }
    cost: UsageCost
  }[]
}

export interface Percentiles {
  /** Median in milliseconds, within 5 %. */
  p50_ms: number
  /** 95th percentile in milliseconds, within 5 %. */
  p95_ms: number
}

export interface Person {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  user_id: string
  name: string | null
  availability: 'away' | 'available'
  /** Whether they were heard of within 45 seconds. */
  is_online: boolean
  /** How many conversations they hold, not snoozed, or are offered. */
  load: number
  /** The keys of their teams. */
  teams: string[]
}

/** Says something to the end user as part of the reply. */
export interface PlayMessageAction {
  type: 'play_message'
  /** A template expression without braces, such as `order.status == 200`. The action runs if it is truthy. Absent, null or blank: always, as on AnyReach. */
  condition?: string | null
  /** A template for the message, which the end user gets together with the result of the call. */
  message: string
}

export interface PresenceChange {
  /** Somebody whose availability or presence has changed; null: nobody. */
  person: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    user_id: string
    name: string | null
    availability: 'away' | 'available'
    /** Whether they were heard of within 45 seconds. */
    is_online: boolean
    /** How many conversations they hold, not snoozed, or are offered. */
    load: number
    /** The keys of their teams. */
    teams: string[]
  } | null
  /** A conversation that others have opened or left; null: none. */
  conversation: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    conversation_id: string
    /** Who has the conversation open now. */
    viewers: {
      user_id: string
      name: string | null
      state: 'viewing' | 'typing' | 'idle'
    }[]
    /** How many more than 50 there are. */
    more_viewers: number
  } | null
}

export interface Price {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  set_by: 'organization' | 'parent' | 'installation'
  kind: 'model_call' | 'embedding' | 'speech_to_text' | 'text_to_speech' | 'telephony' | 'email' | 'crawl' | 'workflow_run'
  model: string | null
  input: string | null
  cached_input: string | null
  cache_write: string | null
  output: string | null
  tiers: PriceTier[]
  unit_price: string | null
  currency: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  valid_from: string
  locked: boolean
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
}

/** For all of a call that has more input tokens. What it does not say is as in the price. */
export interface PriceTier {
  /** From 1 to 1000000000. */
  above_input_tokens: number
  /** For 1,000,000 tokens that come from no cache. */
  input?: string | null
  /** For 1,000,000 tokens from a cache. Default: `input`. */
  cached_input?: string | null
  /** For 1,000,000 tokens written to a cache. Default: `input`. */
  cache_write?: string | null
  /** For 1,000,000 tokens. */
  output?: string | null
}

export interface PublicWebWidget {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  agent_id: string
  /** The version that answers. */
  agent_version_id: string
  /** The sites that can show the widget, such as `https://example.com` or `https://*.example.com` (not the apex). Compared by scheme, host and port; `https://` is added where there is no scheme, and paths are dropped. `www` is an entry of its own. Empty: any site. */
  domains: string[]
  published: boolean
  /** As `WebWidgetConfig`, in its stored form, with unknown keys. */
  config: Record<string, unknown>
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  updated_at: string
  /** Ours. */
  agent: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    id: string
    name: string
  }
  /** Ours. Those of the version. */
  quick_actions: {
    label: string
    message: string
  }[]
  /** Ours. What a start may ask for; null: nothing. */
  captcha: {
    provider: 'turnstile' | 'hcaptcha'
    /** Public. */
    site_key: string
  } | null
  /** Ours. The longest message. */
  message_characters: number
}

export interface ReceivedInvitation {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  invitation_id: string
  organization: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    id: string
    name: string
  }
  role: 'admin' | 'responder' | 'viewer'
  invited_by: {
    name: string | null
  }
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  expires_at: string
}

export interface Reembedding {
  embedding_model: string
  /** Null: the model’s own, which nobody has learned yet. */
  embedding_dimension: number | null
  /** `failed` also where the model cannot be called; it begins by itself once it can. */
  status: 'running' | 'failed'
  done_chunks: number
  total_chunks: number
  error: string | null
}

/** Applies to conversations that begin with this version; a later change does not affect them. */
export interface Retention {
  /** Days from the end of a conversation until its content is purged: transcript, events, summary, analyses, `initial_context`, `custom_metadata`. Default null: never. From 1 to 36500. */
  content_days?: number | null
  /** What is replaced by its name, such as `[email]`, before anything is stored or shown to readers. Default: nothing. */
  redact?: ('email' | 'phone' | 'credit_card' | 'iban' | 'ip_address' | {
    /** A word of letters, digits and underscores that begins with a letter. What matches is replaced by `[<name>]`. */
    name: string
    /** A regular expression in the syntax of RE2, without lookaround and back-references. Matches have at most 256 characters. */
    pattern: string
  })[] | null
}

export interface Retrieval {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** The tool call that asked; null if it was implicit. */
  call_id: string | null
  /** `implicit`: before the model was called; `action`, `tool`: by a call of it. */
  kind: 'implicit' | 'action' | 'tool'
  /** Null: nothing was searched. */
  retrieval_mode: 'hybrid' | 'full_text' | 'vector' | null
  /** What the search had to do without. */
  degraded: ('embedding_timeout' | 'embedding_failed' | 'vectors_incomplete' | 'full_text_timeout' | 'vector_timeout' | 'rerank_failed' | 'dataset_missing')[]
  /** `skipped`: the query has fewer than two letters or digits. `failed`, `timed_out`: no dataset could be searched. */
  outcome: 'found' | 'nothing' | 'skipped' | 'failed' | 'timed_out'
  latency_ms: number
  /** Best first. */
  chunks: RetrievedChunk[]
  /** Redacted like the transcript. */
  query: string | null
}

/** Ours. How the datasets of `knowledge_bases` are searched in a turn. */
export interface RetrievalSettings {
  /** Whether each message of the end user is searched for before the model answers. Default true. */
  implicit?: boolean | null
  /** How long that search may delay the reply. What was found by then is used. Default 1500; 600 on the channels telephone and webrtc. From 100 to 10000. */
  timeout_ms?: number | null
  /** Maximum number of passages that the model is given. Default 20. From 1 to 50. */
  max_chunks?: number | null
  /** Maximum length of their texts together. Passages are given whole, best first; only the first is cut to fit. Default 12000. From 500 to 100000. */
  max_characters?: number | null
  /** How many messages before those of the turn are part of the query of vectors. Default 2. From 0 to 10. */
  window_messages?: number | null
  /** Whether the rerank model orders the passages, if the server has one. Default true. */
  rerank?: boolean | null
  /** Whether the model marks what it takes from a passage with its number, such as `[2]`, and replies have `citations`. Default false. */
  citations?: boolean | null
  /** What the model should do with passages, in addition to the fixed rules. Used verbatim. */
  instructions?: string | null
}

export interface RetrievedChunk {
  /** The number under which the model is shown it; numbers run on through the turn. */
  number: number
  /** UUID. Those that the server creates are version 7 and sort by time. */
  chunk_id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  dataset_id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  source_id: string
  source_name: string
  /** Of a page of the web. */
  url: string | null
  /** Of a PDF, from 1. */
  page: number | null
  /** 0 to 1. */
  score: number
  /** Whether the model was given it, or a part of it: false if there was no room, a tool left it out of its result, or the turn ended before. */
  shown: boolean
}

export interface Satisfaction {
  /** From 1 to 5. */
  rating: number
  comment: string | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  rated_at: string
}

/** Whether end users are asked what the conversation was like. */
export interface SatisfactionConfig {
  /** Whether conversations can be rated. Default false. */
  enabled?: boolean | null
  /** What clients ask. Default: their own question. */
  question?: string | null
  /** After which conversations clients ask: all, or those that a person took part in. Default `person`. */
  ask?: 'always' | 'person' | null
  /** Hours from the end of a conversation in which it can be rated. Default 72. From 1 to 8760. */
  valid_hours?: number | null
}

export interface Secret {
  /** Templates use it as `{{ secrets.NAME }}`. */
  name: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** When the value was last set. */
  updated_at: string
}

export interface SignInSession {
  way: 'password' | 'api_key' | 'openid'
  user: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    user_id: string
    email: string
    name: string | null
    /** False for users who sign in only with the identity provider. */
    has_password: boolean
  } | null
  /** The key, if there is no user. */
  credential: {
    key_id: string
    name: string
  } | null
  organization: OrganizationChoice
  /** The permitted scopes in this organization. */
  scopes: string[]
  /** The organizations that the session can switch to, oldest membership first; at most 100. */
  organizations: OrganizationChoice[]
  /** If the session looks at `organization` as a partner: only reading is permitted. */
  view: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    id: string
    partner: {
      /** UUID. Those that the server creates are version 7 and sort by time. */
      id: string
      name: string
    }
    /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
    expires_at: string
  } | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  expires_at: string
}

export interface SlaClock {
  state: 'running' | 'met' | 'breached'
  /** Open hours count, time snoozed does not. */
  due_at: string
}

export interface Source {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  type: 'FILE' | 'URL'
  /** The file’s name, or an http(s) address. */
  name: string
  /** The host of a URL. */
  domain: string | null
  /** `IN_PROGRESS`: bytes are there, or a crawl runs. */
  file_upload_status: 'PENDING' | 'IN_PROGRESS' | 'COMPLETE' | 'FAILED'
  chunking_strategy: ChunkingStrategy | null
  /** Bytes. */
  file_size: number | null
  description: string | null
  url_crawl_options: UrlCrawlOptions | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  upload_expires_at: string | null
  /** The source whose crawl found this page. */
  parent_source_id: string | null
  status: 'pending' | 'converting_to_markdown' | 'ready' | 'failed'
  status_reason: KnowledgeReason | null
  tries: number
  /** Goes up with each file or changed page; 0 before the first. */
  revision: number
  /** SHA-256 of the bytes, in hexadecimal. */
  content_hash: string | null
  /** Of a PDF. */
  pages: number | null
  /** Of its text. */
  characters: number | null
  /** As detected, such as `en`. */
  language: string | null
  warnings: string[]
  metadata: Record<string, unknown>
  refresh_interval_hours: number | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  next_refresh_at: string | null
  crawl: Crawl | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  updated_at: string
}

export interface SourceInDatasets {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  type: 'FILE' | 'URL'
  /** The file’s name, or an http(s) address. */
  name: string
  /** The host of a URL. */
  domain: string | null
  /** `IN_PROGRESS`: bytes are there, or a crawl runs. */
  file_upload_status: 'PENDING' | 'IN_PROGRESS' | 'COMPLETE' | 'FAILED'
  chunking_strategy: ChunkingStrategy | null
  /** Bytes. */
  file_size: number | null
  description: string | null
  url_crawl_options: UrlCrawlOptions | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  upload_expires_at: string | null
  /** The source whose crawl found this page. */
  parent_source_id: string | null
  status: 'pending' | 'converting_to_markdown' | 'ready' | 'failed'
  status_reason: KnowledgeReason | null
  tries: number
  /** Goes up with each file or changed page; 0 before the first. */
  revision: number
  /** SHA-256 of the bytes, in hexadecimal. */
  content_hash: string | null
  /** Of a PDF. */
  pages: number | null
  /** Of its text. */
  characters: number | null
  /** As detected, such as `en`. */
  language: string | null
  warnings: string[]
  metadata: Record<string, unknown>
  refresh_interval_hours: number | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  next_refresh_at: string | null
  crawl: Crawl | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  updated_at: string
  /** Ours. The datasets that it is attached to, by name; at most 200. */
  datasets: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    id: string
    name: string
    /** UUID. Those that the server creates are version 7 and sort by time. */
    dataset_source_id: string
  }[]
}

export interface StartedConversation {
  conversation: Conversation
  /** The greeting. */
  starting_message: string | null
  /** A conversation token, valid for an hour. Ours, as what follows. */
  token: string
  permissions: ('read' | 'message' | 'end' | 'handoff' | 'rate')[]
  /** Of the token. */
  expires_at: string
  /** Whether the visitor had this conversation already. */
  resumed: boolean
}

export interface Statistics {
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  from: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  to: string
  bucket: 'hour' | 'day'
  /** Time zone of the buckets. */
  time_zone: 'UTC'
  /** Conversations that are active now, regardless of the range. */
  active_conversations: number
  totals: StatisticsCounts
  /** Every bucket of the range, including empty ones, oldest first. */
  buckets: {
    /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
    starts_at: string
    /** Conversations that began; those with status `token_created` have not. */
    conversations: number
    /** Accepted messages of end users. */
    user_messages: number
    /** Turns that ended with a reply. */
    replies: number
    failed_turns: number
    cancelled_turns: number
    /** Turns that became final, by outcome; an outcome without turns is absent. */
    outcomes: {
      reply?: number
      model_error?: number
      timed_out?: number
      step_limit?: number
      conversation_ended?: number
      cancelled_by_caller?: number
      superseded?: number
      attempts_exhausted?: number
      taken_over?: number
      for_person?: number
      budget_exceeded?: number
    }
    /** Conversations that ended. */
    ended: number
    /** Conversations that ended, by reason; a reason without conversations is absent. */
    end_reasons: {
      ended_by_caller?: number
      ended_by_agent?: number
      ended_by_end_user?: number
      inactivity?: number
      max_duration?: number
      max_turns?: number
      deleted?: number
      imported?: number
      error?: number
      nobody_available?: number
      rejected?: number
      pre_workflow_failed?: number
    }
    /** Average length in seconds of the conversations that ended. */
    average_duration: number | null
    input_tokens: number
    output_tokens: number
    latency: Latency | null
  }[]
}

export interface StatisticsCounts {
  /** Conversations that began; those with status `token_created` have not. */
  conversations: number
  /** Accepted messages of end users. */
  user_messages: number
  /** Turns that ended with a reply. */
  replies: number
  failed_turns: number
  cancelled_turns: number
  /** Turns that became final, by outcome; an outcome without turns is absent. */
  outcomes: {
    reply?: number
    model_error?: number
    timed_out?: number
    step_limit?: number
    conversation_ended?: number
    cancelled_by_caller?: number
    superseded?: number
    attempts_exhausted?: number
    taken_over?: number
    for_person?: number
    budget_exceeded?: number
  }
  /** Conversations that ended. */
  ended: number
  /** Conversations that ended, by reason; a reason without conversations is absent. */
  end_reasons: {
    ended_by_caller?: number
    ended_by_agent?: number
    ended_by_end_user?: number
    inactivity?: number
    max_duration?: number
    max_turns?: number
    deleted?: number
    imported?: number
    error?: number
    nobody_available?: number
    rejected?: number
    pre_workflow_failed?: number
  }
  /** Average length in seconds of the conversations that ended. */
  average_duration: number | null
  input_tokens: number
  output_tokens: number
  latency: Latency | null
}

export interface Team {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** Unique within the organization. */
  key: string
  name: string
  /** Whether it is asked where no other team is named. */
  is_default: boolean
  /** Whether another desk answers: it has no members and gets no offers. */
  external: boolean
  /** The `user_id` of each. Each must be a member with `conversations:reply` (422). */
  members: string[]
  /** What end users and models see as the name of a member who answers. Instead of a member’s address: the name of the team. */
  shown_name: 'name' | 'first_name' | 'team'
  assignment: {
    /** `round_robin`: each is offered to the available member who has the fewest. Default `manual`: people take what they choose. */
    mode: 'manual' | 'round_robin'
    /** How many conversations a member is given at once, offered ones included, snoozed ones not. Default 5. From 1 to 100. */
    capacity: number
    /** How long an offer holds. Default 60. From 10 to 3600. */
    accept_seconds: number
  }
  gone: {
    /** The holder who is offline so long while the end user waits loses the conversation to the queue. Default 300. From 5 to 31536000. */
    offline_seconds: number
    /** The holder who does not answer for so long loses it, online or not. Default 86400. From 5 to 31536000. */
    unanswered_seconds: number
  }
  idle: {
    /** The conversation ends (`inactivity`) when the end user is silent for so long after an answer; null: never. Default 86400. From 5 to 31536000. */
    end_after_seconds: number | null
    /** Said when it ends so. Default null: nothing. */
    end_message: string | null
  }
  wait: {
    /** How long a conversation waits for a person. Default 1800. From 10 to 604800. */
    max_seconds: number
    /** What follows then: `return` to the agent, which answers what is unanswered; `end` with `nobody_available`. Default `return`. */
    fallback: 'return' | 'end'
    /** Said when a person is asked for; a template with `team`, `position` and `opens_at`; null: nothing. Default: “A person will answer you here.” */
    message: string | null
    /** Said when the wait ends the conversation; the same variables. Default null: nothing. */
    end_message: string | null
  }
  sla: {
    /** Default null: no such target. From 5 to 31536000. */
    first_response_seconds: number | null
    /** Default null: no such target. From 5 to 31536000. */
    next_response_seconds: number | null
    /** Default null: no such target. From 5 to 31536000. */
    resolution_seconds: number | null
    /** How long before the due time a warning is given. Default 300. From 5 to 31536000. */
    warn_before_seconds: number
  }
  /** A local time that a change of the clock leaves out is read one gap later; of one that comes twice, opening takes the first and closing the second. */
  business_hours: {
    /** An IANA name such as `Europe/Berlin`. */
    time_zone: string
    weekly: {
      day: 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday'
      /** `HH:MM`, in the time zone of the team. */
      from: string
      /** `HH:MM`. At or before `from`: on the next day. */
      to: string
    }[]
    holidays?: {
      date: string
      name: string
      /** Null: closed all day. */
      from?: string | null
      /** Null: closed all day. */
      to?: string | null
    }[] | null
  } | null
  outside_hours: {
    /** What a request does while the team is closed: it waits, or it is declined. Default `queue`. */
    action: 'queue' | 'decline'
    /** Said instead of `wait.message` then; null: nothing. Default: “We are closed. A person will answer when we open again.” */
    message: string | null
    /** How long it waits at most when it began while closed. Default 86400. From 10 to 604800. */
    max_wait_seconds: number
  }
  /** Whether it is open now. */
  is_open: boolean
  /** When it next opens or closes; null: never. */
  changes_at: string | null
  /** Rises with each change. For `If-Match`. */
  revision: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  updated_at: string
}

export type ToolAction = HttpAction | PlayMessageAction | WorkflowAction | KnowledgeBaseAction | VoiceAction

export interface ToolCall {
  call_id: string
  name: string
  arguments: Record<string, unknown>
  output: unknown
  is_error: boolean
}

export interface ToolConfig {
  /** Unique within the agent. */
  name: string
  /** Describes the tool to the model. */
  description: string
  /** JSON Schema of each argument, at most 4,000 values in total; patterns use RE2 syntax. Default none. */
  properties?: Record<string, unknown> | null
  /** Names of `properties`. */
  required?: string[] | null
  /** Run in order until one fails. */
  actions?: ToolAction[] | null
  /** Run if one of `actions` failed; their templates have the error message as `error`. They have their own time limit: that of the tool, at most 10 seconds. The call remains an error. */
  actions_on_error?: ToolAction[] | null
  /** A template for the result that the model gets, with the same variables as the actions. If an action failed, only one that refers to `error` is used; else the result is the reason. Default: what the actions saved, at most 256 KiB. */
  output?: string | null
  /** Whether a call may be repeated if its outcome is unknown, for example after a crash. Default false: the model learns that the outcome is unknown. */
  idempotent?: boolean | null
  /** Time limit of the whole call, not counting error actions. Default 10000. From 1 to 600000. */
  timeout_ms?: number | null
}

export interface TranscriptItem {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** 0, 1, 2 … without gaps. */
  position: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  turn_id: string | null
  /** `widget` only for conversation tokens, which see no tool calls. */
  type: 'message' | 'function_call' | 'function_call_output' | 'widget'
  /** Only for messages. */
  role?: 'user' | 'assistant' | 'system'
  /** Only for messages: who wrote it. What people write has the role `assistant`. */
  author?: {
    /** `user`: a person who answers; `system`: messages about the hand-off itself. */
    type: 'end_user' | 'agent' | 'user' | 'system'
    /** Of the person who answered; null for others, and for conversation tokens. */
    id: string | null
    /** For conversation tokens: the name that end users are shown. */
    name: string | null
    /** Whether the person belongs to another desk. */
    external: boolean
    /** What end users are shown instead of the name; absent: the name. */
    shown_name?: string
  }
  /** Only for messages. */
  content?: string[]
  /** Only for messages: whether the text was cut off. */
  interrupted?: boolean
  metrics?: {
    /** `provider/model` that wrote the text. */
    model: string | null
    /** Milliseconds from the start of the turn until its first text. */
    ttft_ms: number | null
    /** Milliseconds spent in model calls. */
    llm_ms: number
    /** Milliseconds spent in tool calls. */
    tools_ms: number
    /** Milliseconds spent in the search before the first model call; absent if there was none. */
    retrieval_ms?: number
    /** Duration of the whole turn in milliseconds. */
    total_ms: number
    input_tokens: number | null
    output_tokens: number | null
    /** With `hand_off.low_confidence`: how well a model says that the reply answers; absent until it was rated. From 0 to 1. */
    confidence?: number
  }
  /** With `retrieval.citations`: the passages that the text refers to by number; absent without any. */
  citations?: Citation[]
  /** The id that the client gave the message. */
  client_id?: string
  /** The `call_id` of the widget that it answers. */
  in_reply_to?: string
  /** The answers, by the id of the field. */
  values?: Record<string, string | number | boolean | string[] | null>
  /** Links a call with its output. Of a widget: what `in_reply_to` of its answer names. */
  call_id?: string
  /** What a rich conversation shows besides the text. */
  widget?: {
    type: 'detail'
    /** One thing in detail. */
    data: {
      /** Heading. */
      title: string
      /** Below the heading. */
      subtitle?: string
      /** A paragraph. */
      description?: string
      /** An https address of a picture. */
      image?: string
      /** The same as `image`, which comes first. */
      image_url?: string
      /** As shown to the end user, with its currency. */
      price?: string
      /** Buttons. */
      actions?: {
        /** What the button says. */
        label: string
        /** Sent as the end user when it is pressed. */
        message?: string
        /** Opened when it is pressed: https, mailto or tel. */
        url?: string
      }[]
      /** A paragraph, shown as it is. */
      text?: string
      /** Longer text in Markdown. Its links are https, mailto or tel; HTML is shown as text. */
      body?: string
      /** The https address that this comes from, shown as a link. */
      source?: string
      /** Rows of a label and a value. */
      fields?: {
        /** Name. */
        label: string
        /** Value. */
        value: string
      }[]
    }
  } | {
    type: 'carousel'
    /** Several cards side by side. */
    data: {
      /** Heading. */
      title?: string
      /** The cards. */
      items: {
        /** Heading. */
        title: string
        /** Below the heading. */
        subtitle?: string
        /** A paragraph. */
        description?: string
        /** An https address of a picture. */
        image?: string
        /** The same as `image`, which comes first. */
        image_url?: string
        /** As shown to the end user, with its currency. */
        price?: string
        /** Buttons. */
        actions?: {
          /** What the button says. */
          label: string
          /** Sent as the end user when it is pressed. */
          message?: string
          /** Opened when it is pressed: https, mailto or tel. */
          url?: string
        }[]
        /** Stars, from 0 to 5. From 0 to 5. */
        rating?: number
        /** The button that adds it to the cart. */
        add_to_cart?: {
          /** What the button says. */
          label: string
          /** Sent as the end user when it is pressed. */
          message?: string
          /** Opened when it is pressed: https, mailto or tel. */
          url?: string
        }
      }[]
    }
  } | {
    type: 'info'
    /** A notice, as text or as rows of a label and a value. */
    data: {
      /** Heading. */
      title?: string
      /** What to know. Needed if there are no `rows`. */
      text?: string
      /** Rows of a label and a value. Needed if there is no `text`. */
      rows?: {
        /** Name. */
        label: string
        /** Value. */
        value: string
      }[]
      /** Default `info`. */
      level?: 'info' | 'success' | 'warning' | 'error'
    }
  } | {
    type: 'list'
    /** Rows below each other. */
    data: {
      /** Heading. */
      title?: string
      /** The rows. */
      items: {
        /** Of the row. */
        title: string
        /** Below it. */
        description?: string
        /** At the end of the row. */
        value?: string
        /** An https address of a picture. */
        image_url?: string
        action?: {
          /** What the button says. */
          label: string
          /** Sent as the end user when it is pressed. */
          message?: string
          /** Opened when it is pressed: https, mailto or tel. */
          url?: string
        }
      }[]
    }
  } | {
    type: 'action_grid'
    /** A grid of buttons. */
    data: {
      /** Heading. */
      title?: string
      /** The buttons. */
      actions: {
        /** What the button says. */
        label: string
        /** Sent as the end user when it is pressed. */
        message?: string
        /** Opened when it is pressed: https, mailto or tel. */
        url?: string
      }[]
    }
  } | {
    type: 'collect_otp'
    /** A field for a one-time code. */
    data: {
      /** Heading. */
      title?: string
      /** What is asked for. */
      prompt?: string
      /** Digits; default 6. From 4 to 10. */
      length?: number
      /** Of the button. */
      submit_label?: string
    }
  } | {
    type: 'collect_phone_number'
    /** A field for a phone number. */
    data: {
      /** Heading. */
      title?: string
      /** What is asked for. */
      prompt?: string
      /** ISO 3166-1 alpha-2, as in `DE`. */
      default_country?: string
      /** Of the button. */
      submit_label?: string
    }
  } | {
    type: 'order_tracker'
    /** How far an order has come. */
    data: {
      /** As the end user knows it. */
      order_number: string
      /** In a few words. */
      status?: string
      /** In order. */
      steps: {
        /** What happens. */
        label: string
        state: 'done' | 'current' | 'upcoming'
        /** When, as shown to the end user. */
        at?: string
      }[]
      /** Who delivers. */
      carrier?: string
      tracking_url?: string
      /** As shown to the end user. */
      estimated_delivery?: string
    }
  } | {
    type: 'comparison'
    /** A table that compares. */
    data: {
      /** Heading. */
      title?: string
      columns: string[]
      /** One value for each column. */
      rows: {
        /** By what. */
        label: string
        values: string[]
      }[]
    }
  } | {
    type: 'form'
    /** A form that the agent can show in rich conversations. */
    data: {
      /** Its tool is `show_form_<id>`. */
      id: string
      /** A name for authors. */
      name?: string | null
      title?: string | null
      /** Shown below the title, and the description of the form's tool. Default of the tool, as on AnyReach: "Show the '<name>' form to collect structured data from the user." */
      description?: string | null
      submit_label?: string | null
      fields: {
        /** Unique within the form. */
        id: string
        label: string
        /** `multiselect` means the same as `multi_select`. The end user does not see `hidden`. */
        type: 'text' | 'textarea' | 'email' | 'phone' | 'number' | 'date' | 'time' | 'select' | 'multi_select' | 'multiselect' | 'radio' | 'checkbox' | 'rating' | 'hidden'
        /** Default false. */
        required?: boolean | null
        /** For `select`, `multi_select` and `radio`. */
        options?: string[] | null
        /** Of `number`: the smallest value. */
        min?: number | null
        /** Of `number`: the largest value. Of `rating`: how many stars, 3 to 10; default 5. */
        max?: number | null
        /** Of `hidden`: what is sent with the answers. */
        value?: string | null
        [name: string]: unknown
      }[]
      [name: string]: unknown
    }
  }
  /** The name of the tool. */
  name?: string
  arguments?: Record<string, unknown>
  output?: unknown
  is_error?: boolean
  latency_ms?: number | null
}

export interface Turn {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  turn_id: string
  status: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled'
  outcome: 'reply' | 'model_error' | 'timed_out' | 'step_limit' | 'conversation_ended' | 'cancelled_by_caller' | 'superseded' | 'attempts_exhausted' | 'taken_over' | 'for_person' | 'budget_exceeded' | null
  user_message_ids: string[]
  /** UUID. Those that the server creates are version 7 and sort by time. */
  agent_version_id: string | null
  concurrency: 'queue' | 'merge' | 'interrupt' | 'reject'
  attempts: number
  /** The number of finished steps. */
  steps: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  queued_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  started_at: string | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  finished_at: string | null
  input_tokens: number | null
  output_tokens: number | null
  /** What went wrong, for people. */
  error: string | null
  /** Of the calls of models that it made. Only in lists. */
  cost?: {
    /** Of the calls that were measured. Exact, as decimal text. */
    amount: string
    /** `PARLEY_CURRENCY` of the server, such as `USD`. */
    currency: string
    /** Tokens of calls whose model had no price; they are not in `amount`. */
    unpriced_tokens: number
    /** Of calls whose server stopped before they ended, by an estimate; not in `amount`. Exact, as decimal text. */
    lost_amount: string
  }
  /** What was asked of knowledge bases, in order; absent if nothing was. Only in lists. */
  retrievals?: Retrieval[]
}

export interface UnfinishedCall {
  call_id: string
  /** The name of the tool. */
  name: string
}

export interface UploadableSource {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  type: 'FILE' | 'URL'
  /** The file’s name, or an http(s) address. */
  name: string
  /** The host of a URL. */
  domain: string | null
  /** `IN_PROGRESS`: bytes are there, or a crawl runs. */
  file_upload_status: 'PENDING' | 'IN_PROGRESS' | 'COMPLETE' | 'FAILED'
  chunking_strategy: ChunkingStrategy | null
  /** Bytes. */
  file_size: number | null
  description: string | null
  url_crawl_options: UrlCrawlOptions | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  upload_expires_at: string | null
  /** The source whose crawl found this page. */
  parent_source_id: string | null
  status: 'pending' | 'converting_to_markdown' | 'ready' | 'failed'
  status_reason: KnowledgeReason | null
  tries: number
  /** Goes up with each file or changed page; 0 before the first. */
  revision: number
  /** SHA-256 of the bytes, in hexadecimal. */
  content_hash: string | null
  /** Of a PDF. */
  pages: number | null
  /** Of its text. */
  characters: number | null
  /** As detected, such as `en`. */
  language: string | null
  warnings: string[]
  metadata: Record<string, unknown>
  refresh_interval_hours: number | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  next_refresh_at: string | null
  crawl: Crawl | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  updated_at: string
  /** Of a file: PUT its bytes here, within an hour. Anyone who has it can. Null for a URL. */
  presigned_url: string | null
  /** The media type that the file’s name suggests. */
  content_type: string | null
}

export interface UrlCrawlOptions {
  /** Pages at most, with the start page. Default 10. From 1 to 1000. */
  limit?: number | null
  /** Path segments below the start. Default 3. From 0 to 100. */
  max_depth?: number | null
  /** Link hops; the start and pages of the sitemap are 0. Default 3. From 0 to 100. */
  max_discovery_depth?: number | null
  /** Patterns (RE2) searched in the path, else read as globs. */
  include_paths?: string[] | null
  /** As `include_paths`; what they match is left out. */
  exclude_paths?: string[] | null
  /** Datasets that get the source and its pages. */
  add_to_datasets?: string[] | null
  /** Kept, without effect. */
  crawler_provider?: string | null
  /** Ours. Default true. */
  use_sitemap?: boolean | null
  /** Ours. Between two requests. Default 250. From 0 to 10000. */
  delay_ms?: number | null
}

export interface UsageCost {
  /** Of the calls that were measured. Exact, as decimal text. */
  amount: string
  /** `PARLEY_CURRENCY` of the server, such as `USD`. */
  currency: string
  /** Tokens of calls whose model had no price; they are not in `amount`. */
  unpriced_tokens: number
  /** Of calls whose server stopped before they ended, by an estimate; not in `amount`. Exact, as decimal text. */
  lost_amount: string
}

export interface UsageEntry {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** When the call began. */
  at: string
  kind: 'model_call' | 'embedding' | 'speech_to_text' | 'text_to_speech' | 'telephony' | 'email' | 'crawl' | 'workflow_run' | 'correction'
  purpose: 'reply' | 'greeting' | 'analysis' | 'authoring' | 'evaluation' | 'simulation' | 'workflow' | 'knowledge' | 'test'
  /** UUID. Those that the server creates are version 7 and sort by time. */
  agent_id: string | null
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string | null
  provider: string | null
  model: string | null
  outcome: 'ok' | 'failed' | 'interrupted' | 'lost'
  /** All of them, also those from a cache and those written to one. */
  input_tokens: number | null
  cached_input_tokens: number | null
  cache_write_tokens: number | null
  output_tokens: number | null
  quantity: number | null
  unit: string | null
  /** The provider did not report the tokens. */
  estimated: boolean
  /** Null: it had no price. Of a correction: what is added. Exact, as decimal text. */
  cost: string | null
  /** UUID. Those that the server creates are version 7 and sort by time. */
  price_id: string | null
}

export interface UsageRow {
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  from: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  to: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  agent_id?: string | null
  /** As `provider/model`. */
  model?: string | null
  provider?: string | null
  kind?: 'model_call' | 'embedding' | 'speech_to_text' | 'text_to_speech' | 'telephony' | 'email' | 'crawl' | 'workflow_run' | 'correction'
  purpose?: 'reply' | 'greeting' | 'analysis' | 'authoring' | 'evaluation' | 'simulation' | 'workflow' | 'knowledge' | 'test'
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id?: string
  entries: number
  input_tokens: number
  output_tokens: number
  /** Of what is not counted in tokens. */
  quantity: number
  /** In the currency of the server. Exact, as decimal text. */
  cost: string
  unpriced_tokens: number
  /** Of calls whose server stopped before they ended, by estimates; not in the others. */
  lost: {
    entries: number
    input_tokens: number
    output_tokens: number
    /** Of what is not counted in tokens. */
    quantity: number
    /** In the currency of the server. Exact, as decimal text. */
    cost: string
    unpriced_tokens: number
  }
}

export interface UsageSummary {
  /** Of calls that ended, with two decimals. */
  voice_minutes: number
  /** Of text conversations that ended, with two decimals. E-mail has none. */
  chat_minutes: number
  /** Conversations that were created. Deleted ones stay counted; imported ones never count. */
  total_calls: number
  /** Of the channels `telephone` and `webrtc`. */
  voice_calls: number
  /** Of the channels `text` and `email`. */
  chat_calls: number
  inbound_calls: number
  outbound_calls: number
  /** Executions of workflows that ended, tests aside. */
  workflow_runs_total: number
  workflow_runs_success: number
  workflow_runs_failed: number
  /** Seconds of the conversations that have minutes and ended. */
  average_duration: number | null
  tokens: {
    /** All of them, also those from a cache. */
    input: number
    cached_input: number
    output: number
  }
  cost: UsageCost
  /** Each day of the range, also those without usage. */
  daily: {
    /** In UTC, such as 2026-01-31. */
    date: string
    /** Of calls that ended, with two decimals. */
    voice_minutes: number
    /** Of text conversations that ended, with two decimals. E-mail has none. */
    chat_minutes: number
    /** Conversations that were created. Deleted ones stay counted; imported ones never count. */
    total_calls: number
    /** Of the channels `telephone` and `webrtc`. */
    voice_calls: number
    /** Of the channels `text` and `email`. */
    chat_calls: number
    inbound_calls: number
    outbound_calls: number
    /** Executions of workflows that ended, tests aside. */
    workflow_runs_total: number
    workflow_runs_success: number
    workflow_runs_failed: number
    /** Seconds of the conversations that have minutes and ended. */
    average_duration: number | null
    tokens: {
      /** All of them, also those from a cache. */
      input: number
      cached_input: number
      output: number
    }
    cost: UsageCost
  }[]
  /** How many there are now. */
  inventory: {
    agents: number
    phone_numbers: number
    web_widgets: number
    knowledge_bases: number
  }
}

export interface VersionComparison {
  from_version: number
  to_version: number
  /** In the order of the configuration, with sorted keys; empty if the configurations are equal. Applying `changed`, then `removed` from last to first, then `added` from first to last turns the first configuration into the second. Lists whose entries have a `name` or `id` are compared by it. A part with more than 1000 differences counts as one that `changed` as a whole. */
  differences: ConfigDifference[]
}

/** Only for voice calls: stored, and skipped in text conversations. */
export interface VoiceAction {
  type: 'play_audio' | 'cold_transfer' | 'warm_transfer' | 'conference' | 'dtmf' | 'wait' | 'hangup' | 'leave_room' | 'stop_audio' | 'update_endpointing'
  /** A template expression without braces, such as `order.status == 200`. The action runs if it is truthy. Absent, null or blank: always, as on AnyReach. */
  condition?: string | null
  audio?: unknown
  url?: unknown
  wait?: unknown
  background?: unknown
  loop?: unknown
  volume?: unknown
  message?: unknown
  messages?: unknown
  seconds?: unknown
  min_delay?: unknown
  max_delay?: unknown
  digits?: unknown
  dtmf?: unknown
  transfer_number?: unknown
  displayed_number?: unknown
  transferee_number?: unknown
  phone_number?: unknown
  number?: unknown
  answer_seconds?: unknown
  consult_seconds?: unknown
  wait_for_answer?: unknown
  supervisor_instructions?: unknown
  hold_audio?: unknown
}

export interface WebWidget {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  agent_id: string
  /** The version that answers. */
  agent_version_id: string
  /** The sites that can show the widget, such as `https://example.com` or `https://*.example.com` (not the apex). Compared by scheme, host and port; `https://` is added where there is no scheme, and paths are dropped. `www` is an entry of its own. Empty: any site. */
  domains: string[]
  published: boolean
  /** As `WebWidgetConfig`, in its stored form, with unknown keys. */
  config: Record<string, unknown>
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  updated_at: string
  /** Ours; never public. */
  name: string
  limits: WebWidgetLimits
  identity: {
    /** Whether only visitors that the site has signed can start. Default false. */
    required: boolean
    /** Whether `{user_id, user_hash}` is accepted, which never expires. Default false. */
    allow_hmac: boolean
  }
  captcha: {
    provider: 'turnstile' | 'hcaptcha'
    /** Public. */
    site_key: string
    /** The name of the organization’s secret that has the provider’s secret key. */
    secret_name: string
    /** `suspicious`: from the third start of an address in an hour. */
    when: 'always' | 'suspicious'
  } | null
  /** Whether the widget and its version are published, and the agent is active. */
  live: boolean
  /** Why it is not live. */
  live_reason: 'live' | 'not_published' | 'version_not_published' | 'agent_inactive'
  /** Increases with every change. For `If-Match`. */
  revision: number
  /** What is stored but has no effect, and what is probably not meant. */
  warnings: string[]
}

export interface WebWidgetBlock {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  block_id: string
  /** Its visitor and their address are blocked. */
  conversation_id: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  expires_at: string
  reason: string | null
}

/** Known keys are validated. Unknown keys, at any depth, are stored, returned and listed in `warnings`, but have no effect. */
export interface WebWidgetConfig {
  /** Default `system`. */
  theme?: 'system' | 'light' | 'dark' | null
  /** Default `text`. `voice` acts as `text`, with a warning. */
  default_mode?: 'text' | 'voice' | null
  /** Whether opening the widget starts a conversation; otherwise the form or the first message does. Default false. */
  start_conversation_on_toggle?: boolean | null
  chat?: {
    /** `user_message` and `controls_button` are those of AnyReach; the others are ours. */
    light_mode?: {
      user_message?: {
        /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        background_color?: string | null
        /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        text_color?: string | null
      } | null
      controls_button?: {
        /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        background_color?: string | null
        /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        text_color?: string | null
      } | null
      agent_message?: {
        /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        background_color?: string | null
        /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        text_color?: string | null
      } | null
      surface?: {
        /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        background_color?: string | null
        /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        text_color?: string | null
      } | null
      header?: {
        /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        background_color?: string | null
        /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        text_color?: string | null
      } | null
      launcher?: {
        /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        background_color?: string | null
        /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        text_color?: string | null
      } | null
      link?: {
        /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        background_color?: string | null
        /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        text_color?: string | null
      } | null
    } | null
    /** `user_message` and `controls_button` are those of AnyReach; the others are ours. */
    dark_mode?: {
      user_message?: {
        /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        background_color?: string | null
        /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        text_color?: string | null
      } | null
      controls_button?: {
        /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        background_color?: string | null
        /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        text_color?: string | null
      } | null
      agent_message?: {
        /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        background_color?: string | null
        /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        text_color?: string | null
      } | null
      surface?: {
        /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        background_color?: string | null
        /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        text_color?: string | null
      } | null
      header?: {
        /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        background_color?: string | null
        /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        text_color?: string | null
      } | null
      launcher?: {
        /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        background_color?: string | null
        /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        text_color?: string | null
      } | null
      link?: {
        /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        background_color?: string | null
        /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
        text_color?: string | null
      } | null
    } | null
    /** Default: the shape of the trigger. */
    avatar_shape?: 'circle' | 'square' | null
    /** Default: the name of the agent. Ours. */
    title?: string | null
    /** Ours. */
    subtitle?: string | null
    /** The https address of a picture. Shown beside what the agent says. Ours. */
    avatar_url?: string | null
    /** Pixels. Default 400. Ours. From 320 to 640. */
    width?: number | null
    /** Pixels. Default 640. Ours. From 400 to 900. */
    height?: number | null
    /** Pixels. Default 16. Ours. From 0 to 24. */
    radius?: number | null
  } | null
  trigger?: {
    /** Default `circle`. */
    shape?: 'circle' | 'square' | null
    /** Pixels. Default 56. From 40 to 72. */
    size?: number | null
    /** Pixels. From 0 to 40. */
    padding?: number | null
    /** Default `bottom-right`. An underscore is stored as a hyphen. Ours. */
    position?: 'bottom-right' | 'bottom-left' | 'bottom_right' | 'bottom_left' | null
    /** Pixels. Default 20. Ours. From 0 to 200. */
    offset_x?: number | null
    /** Pixels. Default 20. Ours. From 0 to 200. */
    offset_y?: number | null
    /** The https address of a picture. Shown in the launcher. Ours. */
    icon_url?: string | null
    /** Shown beside the icon. Ours. */
    label?: string | null
    /** Default 2147483000. Ours. From 0 to 2147483647. */
    z_index?: number | null
    /** Whether the site opens the widget by itself, without a launcher. Ours. Default false. */
    hidden?: boolean | null
    /** Where the launcher is. Default `all`. Ours. */
    devices?: 'all' | 'desktop' | 'mobile' | null
    /** The paths of the site that have the launcher. Ours. */
    paths?: {
      /** Globs such as `/help/**`. Default: every path. */
      include?: string[] | null
      /** Wins over `include`. */
      exclude?: string[] | null
    } | null
  } | null
  /** What a visitor can ask with one press. Items `{text}` and `{question}` are accepted too. */
  suggested_questions?: (string | {
    text?: string | null
    question?: string | null
  })[] | null
  /** Another name of `suggested_questions`. */
  suggestedQuestions?: (string | {
    text?: string | null
    question?: string | null
  })[] | null
  /** A bubble at the closed launcher. Ours. */
  greeting?: {
    text: string
    /** Default 3. From 0 to 600. */
    delay_seconds?: number | null
    /** `once`: in each browser. Default `once`. */
    frequency?: 'once' | 'always' | null
  } | null
  pre_conversation_form?: FormDefinition | null
  /** Whether a browser that has filled in the form skips it, until its fields change. Default true. */
  pre_conversation_show_once?: boolean | null
  post_conversation_feedback?: {
    /** Default true. */
    enabled?: boolean | null
    thank_you_text?: string | null
    form?: FormDefinition | null
    /** `stars`: 1 to 5; `thumbs`: `up` or `down`. Default `stars`. Ours. */
    rating?: 'stars' | 'thumbs' | 'none' | null
  } | null
  /** The languages that visitors can have. Default: all. Ours. */
  locales?: ('en' | 'de' | 'fr' | 'es' | 'pt' | 'it' | 'nl' | 'pl' | 'tr' | 'ar' | 'ja' | 'zh')[] | null
  /** Default null: the browser’s, else `en` or the first of `locales`. Ours. */
  default_locale?: 'en' | 'de' | 'fr' | 'es' | 'pt' | 'it' | 'nl' | 'pl' | 'tr' | 'ar' | 'ja' | 'zh' | null
  /** Texts by language and key, instead of those that the widget has. Ours. */
  texts?: {
    en?: Record<string, string> | null
    de?: Record<string, string> | null
    fr?: Record<string, string> | null
    es?: Record<string, string> | null
    pt?: Record<string, string> | null
    it?: Record<string, string> | null
    nl?: Record<string, string> | null
    pl?: Record<string, string> | null
    tr?: Record<string, string> | null
    ar?: Record<string, string> | null
    ja?: Record<string, string> | null
    zh?: Record<string, string> | null
  } | null
  /** Hosts whose https pictures load in cards, such as `cdn.example.com`; `["*"]`: any. Others are shown as a link. Default: none. Ours. */
  image_hosts?: string[] | null
  /** Ours. Default true. */
  end_button?: boolean | null
  /** Ours. Default true. */
  stop_button?: boolean | null
  /** Shown if the version hands off. Ours. Default true. */
  person_button?: boolean | null
  /** Ours. Default true. */
  history?: boolean | null
  /** Ours. Default true. */
  transcript_download?: boolean | null
  /** Ours. Default false. */
  sounds?: boolean | null
  /** Where the browser keeps the visitor’s token. `host_page`: in the storage of the page, whose scripts can read it. Default `frame`. Ours. */
  storage?: 'frame' | 'host_page' | null
}

export interface WebWidgetIdentityKey {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  key_id: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** May be up to a minute old. */
  last_used_at: string | null
}

/** What visitors can use, counted over all nodes. */
export interface WebWidgetLimits {
  /** Default 20. From 1 to 1000. */
  conversations_per_address_hour: number
  /** Default 20. From 1 to 1000. */
  conversations_per_visitor_day: number
  /** Default 60. From 1 to 6000. */
  messages_per_address_minute: number
  /** Default 12. From 1 to 6000. */
  messages_per_conversation_minute: number
  /** Default 200. From 1 to 10000. */
  messages_per_conversation: number
  /** Default 4000. From 1 to 32000. */
  message_characters: number
  /** Default 5000. From 1 to 1000000. */
  conversations_per_day: number
  /** Default 1000. From 1 to 100000. */
  active_conversations: number
  /** Tokens of input and output until 00:00 UTC; null: no limit. Default 2,000,000. From 1000 to 1000000000000. */
  tokens_per_day: number | null
}

export interface WebhookDelivery {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  webhook_id: string
  /** The `webhook-id` of every attempt, and the `id` of the event. */
  event_id: string
  event_type: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  conversation_id: string | null
  /** The number of the event in its conversation. */
  sequence: number | null
  status: 'pending' | 'delivered' | 'failed'
  /** The newest 16 attempts, oldest first. */
  tries: WebhookTry[]
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  finished_at: string | null
}

export interface WebhookEndpoint {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** An http or https address without a user name; surrounding white space is removed. Private addresses are refused at delivery. */
  url: string
  /** Event types, patterns such as `conversation.*`, or `*` for all. */
  events: string[]
  description: string | null
  /** An inactive endpoint gets no new events. Its pending deliveries continue when it is active again. */
  active: boolean
  /** UUID. Those that the server creates are version 7 and sort by time. */
  agent_id: string | null
  /** The time since which every attempt has failed. */
  failing_since: string | null
  /** When the server disabled the endpoint. */
  disabled_at: string | null
  /** `gone`: the endpoint answered 410; `failing`: every attempt failed for five days. */
  disabled_reason: 'gone' | 'failing' | null
  /** Deliveries are signed with both secrets until this time. */
  previous_secret_expires_at: string | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  updated_at: string
}

/** An event as in the event stream, with its organization and agent. */
export type WebhookEvent = ((ConversationEvent) & ({
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  agent_id: string | null
})) | {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  agent_id: string | null
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  conversation_id: null
  sequence: null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'webhook.test' | 'organization.created' | 'organization.updated' | 'organization.suspended' | 'organization.deleted' | 'member.joined' | 'member.updated' | 'member.removed' | 'invitation.created' | 'invitation.accepted' | 'invitation.declined' | 'invitation.expired' | 'invitation.revoked' | 'credential.created' | 'credential.deleted' | 'view_as.started' | 'view_as.ended' | 'webhook.disabled' | 'dataset.created' | 'dataset.updated' | 'dataset.deleted' | 'dataset.reembedded' | 'dataset.reembedding_failed' | 'source.created' | 'source.updated' | 'source.deleted' | 'source.crawled' | 'source.crawl_failed' | 'dataset_source.created' | 'dataset_source.ready' | 'dataset_source.failed' | 'dataset_source.deleted' | 'web_widget.created' | 'web_widget.updated' | 'web_widget.deleted' | 'web_widget.limit_reached' | 'workflow.published' | 'workflow.went_live' | 'workflow.went_offline' | 'workflow_trigger.skipped' | 'budget.warned' | 'budget.stopped' | 'budget.resumed' | 'workflow_execution.queued' | 'workflow_execution.started' | 'workflow_execution.waiting' | 'workflow_execution.resumed' | 'workflow_execution.completed' | 'workflow_execution.failed' | 'workflow_execution.cancelled' | 'workflow_step.started' | 'workflow_step.retrying' | 'workflow_step.completed' | 'workflow_step.failed'
  data: Record<string, unknown>
}

export interface WebhookTry {
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  started_at: string
  latency_ms: number
  /** HTTP status of the response; null without a response. */
  status: number | null
  /** Why the attempt failed. */
  error: string | null
  /** The first 1024 bytes of the response. Null without `conversations:read_sensitive`. */
  response_body: string | null
}

/** What a rich conversation shows besides the text. */
export type Widget = {
  type: 'detail'
  /** One thing in detail. */
  data: {
    /** Heading. */
    title: string
    /** Below the heading. */
    subtitle?: string
    /** A paragraph. */
    description?: string
    /** An https address of a picture. */
    image?: string
    /** The same as `image`, which comes first. */
    image_url?: string
    /** As shown to the end user, with its currency. */
    price?: string
    /** Buttons. */
    actions?: {
      /** What the button says. */
      label: string
      /** Sent as the end user when it is pressed. */
      message?: string
      /** Opened when it is pressed: https, mailto or tel. */
      url?: string
    }[]
    /** A paragraph, shown as it is. */
    text?: string
    /** Longer text in Markdown. Its links are https, mailto or tel; HTML is shown as text. */
    body?: string
    /** The https address that this comes from, shown as a link. */
    source?: string
    /** Rows of a label and a value. */
    fields?: {
      /** Name. */
      label: string
      /** Value. */
      value: string
    }[]
  }
} | {
  type: 'carousel'
  /** Several cards side by side. */
  data: {
    /** Heading. */
    title?: string
    /** The cards. */
    items: {
      /** Heading. */
      title: string
      /** Below the heading. */
      subtitle?: string
      /** A paragraph. */
      description?: string
      /** An https address of a picture. */
      image?: string
      /** The same as `image`, which comes first. */
      image_url?: string
      /** As shown to the end user, with its currency. */
      price?: string
      /** Buttons. */
      actions?: {
        /** What the button says. */
        label: string
        /** Sent as the end user when it is pressed. */
        message?: string
        /** Opened when it is pressed: https, mailto or tel. */
        url?: string
      }[]
      /** Stars, from 0 to 5. From 0 to 5. */
      rating?: number
      /** The button that adds it to the cart. */
      add_to_cart?: {
        /** What the button says. */
        label: string
        /** Sent as the end user when it is pressed. */
        message?: string
        /** Opened when it is pressed: https, mailto or tel. */
        url?: string
      }
    }[]
  }
} | {
  type: 'info'
  /** A notice, as text or as rows of a label and a value. */
  data: {
    /** Heading. */
    title?: string
    /** What to know. Needed if there are no `rows`. */
    text?: string
    /** Rows of a label and a value. Needed if there is no `text`. */
    rows?: {
      /** Name. */
      label: string
      /** Value. */
      value: string
    }[]
    /** Default `info`. */
    level?: 'info' | 'success' | 'warning' | 'error'
  }
} | {
  type: 'list'
  /** Rows below each other. */
  data: {
    /** Heading. */
    title?: string
    /** The rows. */
    items: {
      /** Of the row. */
      title: string
      /** Below it. */
      description?: string
      /** At the end of the row. */
      value?: string
      /** An https address of a picture. */
      image_url?: string
      action?: {
        /** What the button says. */
        label: string
        /** Sent as the end user when it is pressed. */
        message?: string
        /** Opened when it is pressed: https, mailto or tel. */
        url?: string
      }
    }[]
  }
} | {
  type: 'action_grid'
  /** A grid of buttons. */
  data: {
    /** Heading. */
    title?: string
    /** The buttons. */
    actions: {
      /** What the button says. */
      label: string
      /** Sent as the end user when it is pressed. */
      message?: string
      /** Opened when it is pressed: https, mailto or tel. */
      url?: string
    }[]
  }
} | {
  type: 'collect_otp'
  /** A field for a one-time code. */
  data: {
    /** Heading. */
    title?: string
    /** What is asked for. */
    prompt?: string
    /** Digits; default 6. From 4 to 10. */
    length?: number
    /** Of the button. */
    submit_label?: string
  }
} | {
  type: 'collect_phone_number'
  /** A field for a phone number. */
  data: {
    /** Heading. */
    title?: string
    /** What is asked for. */
    prompt?: string
    /** ISO 3166-1 alpha-2, as in `DE`. */
    default_country?: string
    /** Of the button. */
    submit_label?: string
  }
} | {
  type: 'order_tracker'
  /** How far an order has come. */
  data: {
    /** As the end user knows it. */
    order_number: string
    /** In a few words. */
    status?: string
    /** In order. */
    steps: {
      /** What happens. */
      label: string
      state: 'done' | 'current' | 'upcoming'
      /** When, as shown to the end user. */
      at?: string
    }[]
    /** Who delivers. */
    carrier?: string
    tracking_url?: string
    /** As shown to the end user. */
    estimated_delivery?: string
  }
} | {
  type: 'comparison'
  /** A table that compares. */
  data: {
    /** Heading. */
    title?: string
    columns: string[]
    /** One value for each column. */
    rows: {
      /** By what. */
      label: string
      values: string[]
    }[]
  }
} | {
  type: 'form'
  /** A form that the agent can show in rich conversations. */
  data: {
    /** Its tool is `show_form_<id>`. */
    id: string
    /** A name for authors. */
    name?: string | null
    title?: string | null
    /** Shown below the title, and the description of the form's tool. Default of the tool, as on AnyReach: "Show the '<name>' form to collect structured data from the user." */
    description?: string | null
    submit_label?: string | null
    fields: {
      /** Unique within the form. */
      id: string
      label: string
      /** `multiselect` means the same as `multi_select`. The end user does not see `hidden`. */
      type: 'text' | 'textarea' | 'email' | 'phone' | 'number' | 'date' | 'time' | 'select' | 'multi_select' | 'multiselect' | 'radio' | 'checkbox' | 'rating' | 'hidden'
      /** Default false. */
      required?: boolean | null
      /** For `select`, `multi_select` and `radio`. */
      options?: string[] | null
      /** Of `number`: the smallest value. */
      min?: number | null
      /** Of `number`: the largest value. Of `rating`: how many stars, 3 to 10; default 5. */
      max?: number | null
      /** Of `hidden`: what is sent with the answers. */
      value?: string | null
      [name: string]: unknown
    }[]
    [name: string]: unknown
  }
}

export interface Workflow {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** The same as `id`. */
  workflow_id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** Not unique. */
  name: string
  description: string | null
  metadata: Record<string, unknown>
  /** The version whose triggers fire; null: none. */
  live_version: number | null
  /** The highest number; null: it has no versions. */
  latest_version: number | null
  statistics: WorkflowStatistics
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  updated_at: string
}

/** Executes a workflow and waits for its output. It is cancelled when the turn ends or its time is over. If the server stops, the turn goes on with the same execution. */
export interface WorkflowAction {
  type: 'workflow'
  /** A template expression without braces, such as `order.status == 200`. The action runs if it is truthy. Absent, null or blank: always, as on AnyReach. */
  condition?: string | null
  /** A workflow of the server. Exactly one of `workflow_id` and `definition`, as on AnyReach. */
  workflow_id?: string | null
  /** Of `workflow_id`: a number, its text, `latest` (the newest published version) or `live`. Default: the live version, else the newest published one. The one is used that is there when it is needed. */
  workflow_version?: string | number | null
  /** A workflow that is defined here. Its problems are warnings of the agent version, and errors when it is used. */
  definition?: Record<string, unknown> | null
  /** The id of the step where it begins. Default: `trigger` in a definition, else the trigger that fits what starts it, else the first input. */
  initial_step?: string | null
  /** Before a conversation: whether it fails if the workflow does. Default false. From AnyReach. */
  reject_on_error?: boolean | null
  /** What the workflow gets; its texts are templates. Default: the arguments of the call; around a conversation, facts of it. */
  input?: Record<string, unknown> | null
  /** Saves the output under this name for later templates. Default: its fields are names of their own. Names that templates already use, such as `error`, `arguments` or `custom_metadata`, are refused. */
  save_as?: string | null
  /** Of the execution, which is cancelled then. Default, and at most: the tool's time, up to 60 seconds. From 1 to 86400. */
  timeout_seconds?: number | null
}

export interface WorkflowAppConfig {
  /** The id or the name of a connection. Required. */
  connection?: string | null
  /** A tool of the connection. Required. */
  tool?: string | null
  /** Of the tool. Expressions in it are evaluated. Default `{}`. */
  arguments?: Record<string, unknown> | null
  /** Time limit of each attempt. Default 30000. From 1 to 300000. */
  timeout_ms?: number | null
}

/** Calls a tool of a connection. Its output is the tool's answer. */
export interface WorkflowAppStep {
  /** Unique within the definition. Expressions name the step by it. */
  id: string
  type: 'app'
  config: WorkflowAppConfig
  /** Expressions can name the step by it, in backticks. Default: the id. */
  name?: string | null
  description?: string | null
  /** By port, the id of the step that follows. Ports: `default`; the branches of a condition; `error`, of every type but trigger, input and note. */
  next?: Record<string, string> | null
  retry?: WorkflowRetry | null
  /** Whether the step may be repeated if its outcome is unknown. Default: what has no effects; `http` with GET, HEAD, OPTIONS, PUT and DELETE; tools that say so. */
  idempotent?: boolean | null
  /** Visits of this step in an execution; the next one fails with `loop_limit`. Default: no limit. From 1 to 1000. */
  max_visits?: number | null
  /** Of the step's `${ … }`. Default: that of the settings. */
  ai_model?: string | null
  /** In the editor, in pixels. */
  position?: {
    x: number
    y: number
  } | null
}

export interface WorkflowCodeConfig {
  /** JavaScript: `function run(ctx) { … }`, also `async`. What it returns is the output; `console.log` writes the log. At most 64 KiB. Required. */
  code?: string | null
  /** `javascript`, the only one and the default. */
  language?: string | null
  /** Default 2000. From 1 to 10000. */
  timeout_ms?: number | null
}

/** Runs JavaScript. Its output is what it returns. */
export interface WorkflowCodeStep {
  /** Unique within the definition. Expressions name the step by it. */
  id: string
  type: 'code'
  config: WorkflowCodeConfig
  /** Expressions can name the step by it, in backticks. Default: the id. */
  name?: string | null
  description?: string | null
  /** By port, the id of the step that follows. Ports: `default`; the branches of a condition; `error`, of every type but trigger, input and note. */
  next?: Record<string, string> | null
  retry?: WorkflowRetry | null
  /** Whether the step may be repeated if its outcome is unknown. Default: what has no effects; `http` with GET, HEAD, OPTIONS, PUT and DELETE; tools that say so. */
  idempotent?: boolean | null
  /** Visits of this step in an execution; the next one fails with `loop_limit`. Default: no limit. From 1 to 1000. */
  max_visits?: number | null
  /** Of the step's `${ … }`. Default: that of the settings. */
  ai_model?: string | null
  /** In the editor, in pixels. */
  position?: {
    x: number
    y: number
  } | null
}

export interface WorkflowConditionConfig {
  /** Tried in order; the first that is true is the way out, else `default`. At least one. */
  conditions?: {
    /** The branch and its port in `next`; not `default` or `error`. */
    name: string
    /** One whole expression, `{{ … }}` or `${ … }`; a text without either is JSONata. Required. From AnyReach. */
    condition?: string | null
  }[] | null
}

/** Chooses a way. Its output is the branch's name, null for `default`. */
export interface WorkflowConditionStep {
  /** Unique within the definition. Expressions name the step by it. */
  id: string
  type: 'condition'
  config: WorkflowConditionConfig
  /** Expressions can name the step by it, in backticks. Default: the id. */
  name?: string | null
  description?: string | null
  /** By port, the id of the step that follows. Ports: `default`; the branches of a condition; `error`, of every type but trigger, input and note. */
  next?: Record<string, string> | null
  retry?: WorkflowRetry | null
  /** Whether the step may be repeated if its outcome is unknown. Default: what has no effects; `http` with GET, HEAD, OPTIONS, PUT and DELETE; tools that say so. */
  idempotent?: boolean | null
  /** Visits of this step in an execution; the next one fails with `loop_limit`. Default: no limit. From 1 to 1000. */
  max_visits?: number | null
  /** Of the step's `${ … }`. Default: that of the settings. */
  ai_model?: string | null
  /** In the editor, in pixels. */
  position?: {
    x: number
    y: number
  } | null
}

export interface WorkflowConnection {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  organization_id: string
  /** Unique in the organization. Steps can name the connection by it. Not `parley`, which is built in. */
  name: string
  description: string | null
  /** `mcp`: a server of tools over streamable HTTP. `http`: an API with the `operations` here. */
  kind: 'mcp' | 'http'
  /** An http or https address. Private addresses are refused. `{{ secrets.NAME }}` in it is filled. */
  url: string
  /** Sent with every request. `{{ secrets.NAME }}` in values is filled. */
  headers?: Record<string, string> | null
  auth?: WorkflowConnectionAuth | null
  /** The tools that steps may call. Default: all. */
  allowed_tools?: string[] | null
  /** Of each request. A step can be quicker. Default 30000. From 1 to 300000. */
  timeout_ms?: number | null
  /** Only of the kind `http`. */
  operations?: WorkflowConnectionOperation[] | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  updated_at: string
}

/** How requests prove who sends them. Default `none`. */
export type WorkflowConnectionAuth = {
  type: 'none'
} | {
  type: 'bearer'
  /** Required. `{{ secrets.NAME }}` in it is filled. */
  token?: string | null
} | {
  type: 'basic'
  /** Required. `{{ secrets.NAME }}` in it is filled. */
  username?: string | null
  /** Required. `{{ secrets.NAME }}` in it is filled. */
  password?: string | null
} | {
  type: 'header'
  /** Of the header. Required. */
  name?: string | null
  /** Required. `{{ secrets.NAME }}` in it is filled. */
  value?: string | null
} | {
  type: 'oauth2_client_credentials'
  /** An http or https address. Required. `{{ secrets.NAME }}` in it is filled. */
  token_url?: string | null
  /** Required. `{{ secrets.NAME }}` in it is filled. */
  client_id?: string | null
  /** Required. `{{ secrets.NAME }}` in it is filled. */
  client_secret?: string | null
  /** Default none. `{{ secrets.NAME }}` in it is filled. */
  scope?: string | null
}

export interface WorkflowConnectionOperation {
  /** The tool. */
  name: string
  description?: string | null
  /** Default `GET`. */
  method?: 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | null
  /** Added to `url`. `{name}` is the argument with this name, as one segment. */
  path: string
  /** JSON Schema of the arguments, an object. Those that the path does not name are sent as JSON with POST, PUT and PATCH, else in the query. Default: any. */
  parameters?: Record<string, unknown> | null
  /** Whether it may be repeated. Default: all but POST and PATCH. */
  idempotent?: boolean | null
}

/** A graph of steps. Unknown keys are stored as sent and named in `warnings`. */
export interface WorkflowDefinition {
  schema_version: 1
  settings?: WorkflowSettings | null
  /** The steps, in any order. */
  nodes: WorkflowStep[]
}

/** Started by an event of a conversation or of the organization. */
export interface WorkflowEventTrigger {
  type: 'event'
  /** Event types, patterns such as `conversation.*`, or `*` for all, as for webhooks; those of executions start nothing. Required. */
  events?: string[] | null
  /** Only events of this agent. Default: all. */
  agent_id?: string | null
  /** A JSONata expression over the payload; only events for which it is true start. Default: all. */
  filter?: string | null
}

export interface WorkflowExecution {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  execution_id: string
  /** The same as `execution_id`. */
  id: string
  /** Null: it was defined in the call. */
  workflow_id: string | null
  workflow_version: number | null
  /** The last three are final. */
  status: 'queued' | 'running' | 'waiting' | 'success' | 'failed' | 'cancelled'
  /** `sync`: a caller waits for its end. */
  mode: 'sync' | 'async'
  /** What started it. Its payload is in `input_data`. */
  trigger: {
    /** `manual`: a call, unless it was a trigger fired by hand. */
    type: 'manual' | 'ongoing_conversation' | 'timer' | 'webhook' | 'event' | 'post_call' | 'pre_call'
    /** Of the trigger; absent without one. */
    trigger_id?: string
    /** A trigger was fired by hand. */
    manual?: boolean
    /** Of a schedule. */
    scheduled_at?: string
    [name: string]: unknown
  }
  /** What it was given. Needs `workflows:read_sensitive`, and of a conversation also `conversations:read_sensitive`; otherwise absent. */
  input_data?: unknown
  /** Null unless it succeeded. Needs `workflows:read_sensitive`, and of a conversation also `conversations:read_sensitive`; otherwise absent. */
  output?: unknown
  error: WorkflowExecutionError | null
  cancel_reason: 'by_caller' | 'turn_ended' | 'tool_timeout' | 'conversation_ended' | 'conversation_deleted' | null
  /** Null: it has ended. */
  current_step: {
    step_id: string
    step_name: string
    /** When it goes on by itself; null: it does not wait. */
    until: string | null
  } | null
  conversation_id: string | null
  agent_id: string | null
  is_test: boolean
  /** The execution from which it took the outputs of earlier steps. */
  retry_of: string | null
  /** The caller; null: none. */
  started_by: {
    type: string
    id: string | null
    name: string | null
  } | null
  /** Visits of steps so far. */
  visit_count: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  queued_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  started_at: string | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  finished_at: string | null
  /** From the start to the end, waits included; null: not ended. */
  duration_ms: number | null
}

export interface WorkflowExecutionError {
  /** As AnyReach has it. */
  step_name: string
  /** The field and the reason, for people; never a secret. */
  message: string
  /** `cancelled`: only in the answer of `executeWorkflow`, if the execution was cancelled meanwhile. */
  code: 'input_invalid' | 'expression_failed' | 'ai_failed' | 'budget_exceeded' | 'code_failed' | 'http_failed' | 'http_status' | 'address_refused' | 'response_too_large' | 'app_failed' | 'unknown_outcome' | 'output_invalid' | 'output_too_large' | 'context_too_large' | 'loop_limit' | 'step_limit' | 'timed_out' | 'not_started' | 'internal' | 'cancelled'
  step_id: string
}

export interface WorkflowExecutionEvent {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  execution_id: string
  /** 1, 2, 3 … within the execution, without gaps. */
  sequence: number
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  occurred_at: string
  type: 'workflow_execution.queued' | 'workflow_execution.started' | 'workflow_execution.waiting' | 'workflow_execution.resumed' | 'workflow_execution.completed' | 'workflow_execution.failed' | 'workflow_execution.cancelled' | 'workflow_step.started' | 'workflow_step.retrying' | 'workflow_step.completed' | 'workflow_step.failed'
  /** Ids, state, error and times; no payload. */
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    execution_id: string
    workflow_id: string | null
    workflow_version: number | null
    /** Of the visit or of the execution, after what the event tells of. */
    status: string
    step_id: string | null
    position: number | null
    attempt: number | null
    error: {
      code: string
      message: string
    } | null
    /** When it goes on. */
    until: string | null
    cancel_reason: 'by_caller' | 'turn_ended' | 'tool_timeout' | 'conversation_ended' | 'conversation_deleted' | null
    conversation_id: string | null
    /** Only in deliveries: the number of the event within the execution. */
    sequence?: number
    /** Only in deliveries of `workflow_execution.completed`, to endpoints whose maker had `workflows:read_sensitive`; absent if it has more than 32 KiB. */
    output?: unknown
  }
}

export interface WorkflowFire {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  at: string
  /** Of a schedule: the time it was for. */
  scheduled_at: string | null
  outcome: 'started' | 'duplicate' | 'skipped' | 'refused'
  /** Why it did not start an execution. */
  reason: string | null
  /** The execution that was started, or of a `duplicate` the first one. */
  execution_id: string | null
}

/** How requests prove where they come from. Default: the URL alone. */
export type WorkflowHookSignature = {
  type: 'standard_webhooks'
  /** The name of the secret that signs. Required. */
  secret?: string | null
} | {
  type: 'github'
  /** The name of the secret that signs. Required. */
  secret?: string | null
} | {
  type: 'stripe'
  /** The name of the secret that signs. Required. */
  secret?: string | null
} | {
  type: 'slack'
  /** The name of the secret that signs. Required. */
  secret?: string | null
} | {
  type: 'hmac'
  /** The name of the secret that signs. Required. */
  secret?: string | null
  /** The header with the signature of the body. Required. */
  header?: string | null
  /** Default `sha256`. */
  algorithm?: 'sha256' | 'sha1' | 'sha512' | null
  /** Default `hex`. */
  encoding?: 'hex' | 'base64' | null
  /** Before the signature, such as `sha256=`. Default none. */
  prefix?: string | null
}

export interface WorkflowHttpConfig {
  /** Default `GET`. */
  method?: 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | null
  /** An http or https address. Expressions in it are evaluated. A value in the path fills at most one segment, in the query one parameter. Private addresses are refused. Required. */
  url?: string | null
  /** Expressions in it are evaluated. Also as a list of `{key, value}`. */
  headers?: Record<string, string | number | boolean | null> | null
  /** Added to the URL. Expressions in it are evaluated. Also as a list of `{key, value}`. From AnyReach. */
  query_params?: Record<string, string | number | boolean | null> | null
  /** Sent with POST, PUT, PATCH and DELETE; what is not a text is sent as JSON. Expressions in it are evaluated. */
  body?: unknown
  /** Time limit of each attempt. Default 30000. From 1 to 300000. */
  timeout_ms?: number | null
  /** Whether the step fails with `http_status` at 400 and above. Default false: any status is an answer. */
  fail_on_status?: boolean | null
}

/** Sends a request. Its output is `{status_code, headers, body}`. */
export interface WorkflowHttpStep {
  /** Unique within the definition. Expressions name the step by it. */
  id: string
  type: 'http'
  config: WorkflowHttpConfig
  /** Expressions can name the step by it, in backticks. Default: the id. */
  name?: string | null
  description?: string | null
  /** By port, the id of the step that follows. Ports: `default`; the branches of a condition; `error`, of every type but trigger, input and note. */
  next?: Record<string, string> | null
  retry?: WorkflowRetry | null
  /** Whether the step may be repeated if its outcome is unknown. Default: what has no effects; `http` with GET, HEAD, OPTIONS, PUT and DELETE; tools that say so. */
  idempotent?: boolean | null
  /** Visits of this step in an execution; the next one fails with `loop_limit`. Default: no limit. From 1 to 1000. */
  max_visits?: number | null
  /** Of the step's `${ … }`. Default: that of the settings. */
  ai_model?: string | null
  /** In the editor, in pixels. */
  position?: {
    x: number
    y: number
  } | null
}

export interface WorkflowInputConfig {
  /** What `input_data` may contain. A value is converted to its type where nothing is lost, as in an output. Default none. */
  fields?: {
    name: string
    /** Default `any`. */
    type?: 'string' | 'number' | 'boolean' | 'array' | 'object' | 'any' | null
    /** Default false. */
    required?: boolean | null
    /** Of the type. Used if no value is given. */
    default?: unknown
    description?: string | null
  }[] | null
}

/** An entry. Its output is the checked values. */
export interface WorkflowInputStep {
  /** Unique within the definition. Expressions name the step by it. */
  id: string
  type: 'input'
  config: WorkflowInputConfig
  /** Expressions can name the step by it, in backticks. Default: the id. */
  name?: string | null
  description?: string | null
  /** By port, the id of the step that follows. Ports: `default`; the branches of a condition; `error`, of every type but trigger, input and note. */
  next?: Record<string, string> | null
  retry?: WorkflowRetry | null
  /** Whether the step may be repeated if its outcome is unknown. Default: what has no effects; `http` with GET, HEAD, OPTIONS, PUT and DELETE; tools that say so. */
  idempotent?: boolean | null
  /** Visits of this step in an execution; the next one fails with `loop_limit`. Default: no limit. From 1 to 1000. */
  max_visits?: number | null
  /** Of the step's `${ … }`. Default: that of the settings. */
  ai_model?: string | null
  /** In the editor, in pixels. */
  position?: {
    x: number
    y: number
  } | null
}

/** Started by a call. */
export interface WorkflowManualTrigger {
  type: 'manual'
}

export interface WorkflowNoteConfig {
  /** For readers of the graph. */
  text?: string | null
}

/** A remark in the graph; never visited. */
export interface WorkflowNoteStep {
  /** Unique within the definition. Expressions name the step by it. */
  id: string
  type: 'note'
  config: WorkflowNoteConfig
  /** Expressions can name the step by it, in backticks. Default: the id. */
  name?: string | null
  description?: string | null
  /** By port, the id of the step that follows. Ports: `default`; the branches of a condition; `error`, of every type but trigger, input and note. */
  next?: Record<string, string> | null
  retry?: WorkflowRetry | null
  /** Whether the step may be repeated if its outcome is unknown. Default: what has no effects; `http` with GET, HEAD, OPTIONS, PUT and DELETE; tools that say so. */
  idempotent?: boolean | null
  /** Visits of this step in an execution; the next one fails with `loop_limit`. Default: no limit. From 1 to 1000. */
  max_visits?: number | null
  /** Of the step's `${ … }`. Default: that of the settings. */
  ai_model?: string | null
  /** In the editor, in pixels. */
  position?: {
    x: number
    y: number
  } | null
}

/** Started by the tool of an agent. */
export interface WorkflowOngoingConversationTrigger {
  type: 'ongoing_conversation'
}

export interface WorkflowOutputConfig {
  /** The output of the execution. A value is converted to its type where nothing is lost, else the step fails. Also as a map of names with values. Default none. From AnyReach. */
  output_data?: {
    name: string
    /** Default `any`. */
    type?: 'string' | 'number' | 'boolean' | 'array' | 'object' | 'any' | null
    /** Expressions in it are evaluated. */
    value?: unknown
  }[] | null
}

/** Ends the path with an output. */
export interface WorkflowOutputStep {
  /** Unique within the definition. Expressions name the step by it. */
  id: string
  type: 'output'
  config: WorkflowOutputConfig
  /** Expressions can name the step by it, in backticks. Default: the id. */
  name?: string | null
  description?: string | null
  /** By port, the id of the step that follows. Ports: `default`; the branches of a condition; `error`, of every type but trigger, input and note. */
  next?: Record<string, string> | null
  retry?: WorkflowRetry | null
  /** Whether the step may be repeated if its outcome is unknown. Default: what has no effects; `http` with GET, HEAD, OPTIONS, PUT and DELETE; tools that say so. */
  idempotent?: boolean | null
  /** Visits of this step in an execution; the next one fails with `loop_limit`. Default: no limit. From 1 to 1000. */
  max_visits?: number | null
  /** Of the step's `${ … }`. Default: that of the settings. */
  ai_model?: string | null
  /** In the editor, in pixels. */
  position?: {
    x: number
    y: number
  } | null
}

/** Started when a conversation ends. */
export interface WorkflowPostCallTrigger {
  type: 'post_call'
  /** Only conversations of these agents. Default: all. */
  agent_ids?: string[] | null
  /** Default: all. */
  channels?: ('telephone' | 'webrtc' | 'email' | 'text')[] | null
  /** Added to the payload as `custom_metadata`. From AnyReach. */
  custom_metadata?: Record<string, unknown> | null
}

/** Started before a conversation begins, which waits for it. */
export interface WorkflowPreCallTrigger {
  type: 'pre_call'
  /** Only conversations of these agents. Default: all. */
  agent_ids?: string[] | null
}

export interface WorkflowProblem {
  /** Where, such as `definition.nodes.2.config.url`. */
  path: string
  code: 'invalid' | 'required' | 'duplicate_id' | 'unknown_step' | 'unknown_port' | 'no_entry' | 'unreachable' | 'missing_branch' | 'unbounded_cycle' | 'entry_has_input' | 'note_connected' | 'expression' | 'code' | 'reserved_name' | 'not_available'
  /** What is wrong, and what to do. */
  message: string
}

/** Further attempts after 429, 5xx, no connection and `ai_failed`; after a timeout only if the step is idempotent. Delays vary at random. */
export interface WorkflowRetry {
  /** Default 1. From 1 to 10. */
  max_attempts?: number | null
  /** Before the second attempt. Default 1. From 0 to 3600. */
  backoff_seconds?: number | null
  /** By which each further delay is longer. Default 2. From 1 to 10. */
  factor?: number | null
  /** Default 300. From 0 to 86400. */
  max_backoff_seconds?: number | null
}

export interface WorkflowSettings {
  /** An execution that takes longer, not counting waits and the queue, fails. Default 3600. From 1 to 86400. */
  timeout_seconds?: number | null
  /** For steps without `retry`; not in synchronous executions. */
  retry?: WorkflowRetry | null
  /** Visits of an execution. Default 1000. From 1 to 10000. */
  max_steps?: number | null
  /** Executions at once, those that wait included; the others stay queued. Default null: no limit. From 1 to 1000. */
  max_concurrent?: number | null
  /** Of which executions inputs and outputs are kept after the end. Default `all`. */
  keep?: 'all' | 'failed' | 'none' | null
  /** `small`, `standard` or `provider/model`. Default `small`. */
  ai_model?: string | null
}

/** Executions that ended in the last 30 days, by whole days of UTC. Tests do not count. */
export interface WorkflowStatistics {
  success: number
  failed: number
  cancelled: number
  /** Average seconds from the start to the end; null without any. */
  average_duration: number | null
  /** Of the last 24 hours, by whole hours. */
  last_day: {
    success: number
    failed: number
    cancelled: number
  }
}

export type WorkflowStep = WorkflowTriggerStep | WorkflowInputStep | WorkflowCodeStep | WorkflowConditionStep | WorkflowHttpStep | WorkflowAppStep | WorkflowOutputStep | WorkflowWaitStep | WorkflowNoteStep

export interface WorkflowStepError {
  code: 'input_invalid' | 'expression_failed' | 'ai_failed' | 'budget_exceeded' | 'code_failed' | 'http_failed' | 'http_status' | 'address_refused' | 'response_too_large' | 'app_failed' | 'unknown_outcome' | 'output_invalid' | 'output_too_large' | 'context_too_large' | 'loop_limit' | 'step_limit' | 'timed_out' | 'not_started' | 'internal'
  /** The field and the reason, for people; never a secret. */
  message: string
}

/** What the step answers instead of being carried out: an `output`, or an `error`. */
export interface WorkflowStepMock {
  output?: unknown
  error?: WorkflowStepError | null
}

/** Started by a schedule. */
export interface WorkflowTimerTrigger {
  type: 'timer'
  /** Minute, hour, day of the month, month, day of the week (0 to 7, both Sunday), as `*\/15 9-17 * * MON-FRI`. If both days are set, either is enough. Required. */
  cron?: string | null
  /** A name of the IANA time zone database, such as `Europe/Berlin`. A local time that does not exist runs at the end of the gap, one that comes twice the first time; with `*` or steps in the hour, schedules run through both. Default `UTC`. */
  timezone?: string | null
  /** The times at which no server ran: the latest of them, none, or all, up to 100. Default `once`. */
  missed?: 'once' | 'skip' | 'all' | null
  /** Whether a time is skipped while the execution of an earlier one has not ended. Default `allow`. */
  overlap?: 'allow' | 'skip' | null
}

export interface WorkflowTool {
  name: string
  description: string | null
  /** JSON Schema of the arguments. */
  parameters: Record<string, unknown>
  /** Whether it may be repeated if its outcome is unknown. */
  idempotent: boolean
  /** Whether `allowed_tools` permits it. */
  allowed: boolean
}

export interface WorkflowTrigger {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  workflow_id: string
  workflow_name: string
  /** The live version, or the one that was live last. */
  version: number
  /** Whether the workflow is live: only then it fires. */
  live: boolean
  step_id: string
  type: 'manual' | 'ongoing_conversation' | 'timer' | 'webhook' | 'event' | 'post_call' | 'pre_call'
  /** Of a webhook: where requests are sent. Absent without `workflows:manage`. */
  url?: string | null
  cron: string | null
  timezone: string | null
  /** Times that pass meanwhile are neither missed nor due later. */
  paused: boolean
  /** Of a schedule that is live and not paused. */
  next_at: string | null
  /** The next 5, `next_at` first. Absent in lists and of other triggers. */
  next_times?: string[]
  last_fire: WorkflowFire | null
}

export type WorkflowTriggerConfig = WorkflowManualTrigger | WorkflowOngoingConversationTrigger | WorkflowTimerTrigger | WorkflowWebhookTrigger | WorkflowEventTrigger | WorkflowPostCallTrigger | WorkflowPreCallTrigger

/** An entry. Its output is the payload. */
export interface WorkflowTriggerStep {
  /** Unique within the definition. Expressions name the step by it. */
  id: string
  type: 'trigger'
  config: WorkflowTriggerConfig
  /** Expressions can name the step by it, in backticks. Default: the id. */
  name?: string | null
  description?: string | null
  /** By port, the id of the step that follows. Ports: `default`; the branches of a condition; `error`, of every type but trigger, input and note. */
  next?: Record<string, string> | null
  retry?: WorkflowRetry | null
  /** Whether the step may be repeated if its outcome is unknown. Default: what has no effects; `http` with GET, HEAD, OPTIONS, PUT and DELETE; tools that say so. */
  idempotent?: boolean | null
  /** Visits of this step in an execution; the next one fails with `loop_limit`. Default: no limit. From 1 to 1000. */
  max_visits?: number | null
  /** Of the step's `${ … }`. Default: that of the settings. */
  ai_model?: string | null
  /** In the editor, in pixels. */
  position?: {
    x: number
    y: number
  } | null
}

export interface WorkflowVersion {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** UUID. Those that the server creates are version 7 and sort by time. */
  workflow_id: string
  /** 1, 2, 3 … within the workflow. */
  version: number
  /** A published version never changes. The triggers of the one that is `live` fire; when another goes live, it is `published` again. */
  status: 'draft' | 'published' | 'live'
  definition: WorkflowDefinition
  /** Increases with every change of a draft and from version to version. For `If-Match`. */
  revision: number
  /** What has no effect, or other effects than it seems. Each begins with the path. */
  warnings: string[]
  /** What keeps the version from being published and executed; at most 100. */
  problems: WorkflowProblem[]
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  published_at: string | null
  /** When it went live; null: it is not live. */
  live_since: string | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  created_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  updated_at: string
}

export interface WorkflowVisit {
  /** 1, 2, 3 … within the execution. */
  position: number
  step_id: string
  step_name: string
  type: 'trigger' | 'input' | 'code' | 'condition' | 'http' | 'app' | 'output' | 'wait' | 'note'
  /** How often the step was reached, this time included. */
  visit: number
  /** The last three are final. */
  status: 'ready' | 'running' | 'waiting' | 'retrying' | 'success' | 'failed' | 'cancelled'
  /** The branch that a condition chose; null: `default`. */
  branch: string | null
  /** What the step was given, evaluated and without secrets. Needs `workflows:read_sensitive`, and of a conversation also `conversations:read_sensitive`; otherwise absent. */
  input?: unknown
  /** Needs `workflows:read_sensitive`, and of a conversation also `conversations:read_sensitive`; otherwise absent. */
  output?: unknown
  error: WorkflowStepError | null
  /** What code logged, and notes of the server. Needs `workflows:read_sensitive`, and of a conversation also `conversations:read_sensitive`; otherwise absent. */
  logs?: string | null
  /** The tries, oldest first. */
  attempts: {
    number: number
    /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
    started_at: string
    /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
    finished_at: string | null
    error: WorkflowStepError | null
  }[]
  /** Whether a request that must not be repeated was perhaps sent in the last attempt. */
  effect_sent: boolean
  /** When a wait ends, or the next attempt begins. */
  until: string | null
  /** Whether `resumeExecution` ends its wait. */
  resumable: boolean
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  started_at: string | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  finished_at: string | null
  /** Of models; null: none was asked. */
  input_tokens: number | null
  output_tokens: number | null
}

export interface WorkflowWaitConfig {
  /** In `unit`, 1 second to 366 days, from the beginning of the visit; a number or an expression. Default 1. */
  duration?: number | string | null
  /** Default `minutes`. */
  unit?: 'seconds' | 'minutes' | 'hours' | 'days' | null
  /** Instead of a duration: a time (RFC 3339; without a zone UTC) or an expression. In the past: the step goes on at once. */
  until?: string | null
  /** Whether `resumeExecution` can end the wait. Default false. */
  resumable?: boolean | null
}

/** Waits. Its output is `{waited_seconds, resumed, data}`. */
export interface WorkflowWaitStep {
  /** Unique within the definition. Expressions name the step by it. */
  id: string
  type: 'wait'
  config: WorkflowWaitConfig
  /** Expressions can name the step by it, in backticks. Default: the id. */
  name?: string | null
  description?: string | null
  /** By port, the id of the step that follows. Ports: `default`; the branches of a condition; `error`, of every type but trigger, input and note. */
  next?: Record<string, string> | null
  retry?: WorkflowRetry | null
  /** Whether the step may be repeated if its outcome is unknown. Default: what has no effects; `http` with GET, HEAD, OPTIONS, PUT and DELETE; tools that say so. */
  idempotent?: boolean | null
  /** Visits of this step in an execution; the next one fails with `loop_limit`. Default: no limit. From 1 to 1000. */
  max_visits?: number | null
  /** Of the step's `${ … }`. Default: that of the settings. */
  ai_model?: string | null
  /** In the editor, in pixels. */
  position?: {
    x: number
    y: number
  } | null
}

/** Started by a request to a URL of its own. */
export interface WorkflowWebhookTrigger {
  type: 'webhook'
  /** Default `POST`. */
  methods?: ('GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE')[] | null
  signature?: WorkflowHookSignature | null
  /** What tells a repeated request: the name of a header (letters, digits, `-` and `_` only), or a JSONata expression over `method`, `headers`, `query` and `body`. Default: the id of the signature's scheme, if it has one. */
  dedupe?: string | null
  /** How long a request counts as repeated. Default 24. From 1 to 720. */
  dedupe_hours?: number | null
  /** What a request is answered: that it was accepted, or, within 30 seconds, the output. Default `accepted`. */
  respond?: 'accepted' | 'result' | null
}

export interface GetHealthInput {}

export interface GetReadinessInput {}

export interface CreateConversationInput {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** Makes creation idempotent: the same id and body return the same response. */
  id?: string | null
  channel: 'telephone' | 'webrtc' | 'email' | 'text'
  /** Your own id for the end user. */
  user_id: string
  /** The agent; its newest published version is used, or `version`. */
  agent_id?: string | null
  /** A published version. */
  agent_version_id?: string | null
  agent_config?: AgentConfig | null
  /** Only with `agent_id`. Default `latest`, the newest published version. */
  version?: number | 'latest' | null
  /** Added to the prompt. At most 32,000 characters. */
  initial_context?: string | null
  /** Any JSON object of at most 64 KiB with its numbers written out in full. Numbers are 64-bit floating point; one that would lose digits or its size (422) must be sent as text. */
  custom_metadata?: Record<string, unknown> | null
  /** For telephone. */
  agent_number?: string | null
  /** For telephone and e-mail. */
  to_address?: string | null
  /** For telephone and e-mail. */
  from_address?: string | null
  /** For e-mail. */
  subject?: string | null
}

export interface SendConversationMessageInput {
  conversation_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** Overrides the agent version's rule for this message. */
  parley_concurrency?: 'queue' | 'merge' | 'interrupt' | 'reject'
  /** Not blank; at most 32,000 characters. Required, except with `in_reply_to`: then the default is a line `label: value` for each field that is filled in. */
  text?: string
  /** Default `plain`. */
  interactivity?: 'plain' | 'rich' | null
  /** Your own id of the message, unique in the conversation: it is stored once, at any time. */
  client_id?: string | null
  /** The `call_id` of a form, `collect_otp` or `collect_phone_number` that was shown in this conversation; needs `values`. Each is answered once. */
  in_reply_to?: string | null
  /** The answers by the id of the field, checked against what was shown (422 `values.<id>`); null, an empty text or list: left empty. `collect_otp` asks for `code`, `collect_phone_number` for `phone_number`. Texts have at most 1,000 characters (`textarea` 4,000, `email` 254, `phone` 40), all values 16 KiB as JSON. */
  values?: Record<string, string | number | boolean | string[] | null> | null
}

export interface EndConversationInput {
  conversation_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** `wait=N` waits up to N seconds (at most 60) for the summary; `wait=0` does not wait. */
  prefer?: string
  /** The reason, in your own words. */
  reason?: string | null
  /** `cut` (default) ends it now, even in the middle of a reply. `finish` accepts no new messages and ends it with the last open turn. */
  mode?: 'cut' | 'finish' | null
  /** The person of another desk who acts. Required of an organization key; a member acts as themselves and may not send it (422). */
  external?: {
    id: string
    name: string
  } | null
}

export interface ImportConversationsInput {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** Each row is checked by itself: a bad row is an error of that row, not of the request. */
  conversations: ImportedConversation[]
}

export interface UpdateConversationInput {
  conversation_id: string
  /** The patch: null removes a key. */
  custom_metadata: Record<string, unknown>
}

export interface DeleteConversationInput {
  conversation_id: string
}

export interface CreateConversationTokenInput {
  conversation_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  permissions: ('read' | 'message' | 'end' | 'handoff' | 'rate')[]
  /** Seconds. Default 3600. From 1 to 86400. */
  expires_in?: number | null
}

export interface ListConversationsInput {
  direction?: 'inbound' | 'outbound'
  channel?: 'telephone' | 'webrtc' | 'email' | 'text'
  /** Conversations with `token_created` are listed only with this filter. */
  status?: 'token_created' | 'triggered' | 'ringing' | 'in_progress' | 'completed' | 'failed' | 'cancelled' | 'transferred' | 'unanswered'
  /** Case-insensitive substring, without wildcards. */
  user_id?: string
  /** Case-insensitive substring, without wildcards. */
  agent_number?: string
  agent_id?: string
  agent_version_id?: string
  web_widget_id?: string
  /** Seconds, inclusive. */
  duration_above?: number
  /** Seconds, inclusive. */
  duration_below?: number
  /** Inclusive. */
  user_turn_count_above?: number
  /** Inclusive. */
  user_turn_count_below?: number
  /** A JSON object as text: matches conversations whose metadata contain it. Needs `conversations:read_sensitive`. */
  custom_metadata?: string
  /** Inclusive. */
  created_after?: string
  /** Inclusive. */
  created_before?: string
  /** Inclusive. */
  updated_after?: string
  /** Inclusive. */
  updated_before?: string
  /** Why the conversation ended. */
  parley_end_reason?: 'ended_by_caller' | 'ended_by_agent' | 'ended_by_end_user' | 'inactivity' | 'max_duration' | 'max_turns' | 'deleted' | 'imported' | 'error' | 'nobody_available' | 'rejected' | 'pre_workflow_failed'
  /** Matches conversations with a turn that failed or was cancelled for this reason. */
  parley_turn_outcome?: 'model_error' | 'timed_out' | 'step_limit' | 'conversation_ended' | 'cancelled_by_caller' | 'superseded' | 'attempts_exhausted' | 'taken_over' | 'budget_exceeded'
  /** Who answers. `queue` and `person` match only active conversations. */
  parley_handled_by?: 'agent' | 'queue' | 'person'
  /** Active conversations that this person holds or is offered: an id, `me`, or `none` for those that wait and are offered to nobody. */
  parley_assignee?: string
  /** Active conversations that wait or are held in the team with this key. */
  parley_team?: string
  /** Active conversations with this tag. */
  parley_tag?: string
  /** Adds the transcripts. Callers without `conversations:read_sensitive` get the page without them. */
  include?: 'conversation'
  /** Default: 20. From 1 to 100. */
  limit?: number
  /** Base64 of the last item's `created_at`: standard or URL-safe, with or without padding. */
  cursor?: string
}

export interface ExportConversationsInput {
  direction?: 'inbound' | 'outbound'
  channel?: 'telephone' | 'webrtc' | 'email' | 'text'
  /** Conversations with `token_created` are listed only with this filter. */
  status?: 'token_created' | 'triggered' | 'ringing' | 'in_progress' | 'completed' | 'failed' | 'cancelled' | 'transferred' | 'unanswered'
  /** Case-insensitive substring, without wildcards. */
  user_id?: string
  /** Case-insensitive substring, without wildcards. */
  agent_number?: string
  agent_id?: string
  agent_version_id?: string
  web_widget_id?: string
  /** Seconds, inclusive. */
  duration_above?: number
  /** Seconds, inclusive. */
  duration_below?: number
  /** Inclusive. */
  user_turn_count_above?: number
  /** Inclusive. */
  user_turn_count_below?: number
  /** A JSON object as text: matches conversations whose metadata contain it. Needs `conversations:read_sensitive`. */
  custom_metadata?: string
  /** Inclusive. */
  created_after?: string
  /** Inclusive. */
  created_before?: string
  /** Inclusive. */
  updated_after?: string
  /** Inclusive. */
  updated_before?: string
  /** Why the conversation ended. */
  parley_end_reason?: 'ended_by_caller' | 'ended_by_agent' | 'ended_by_end_user' | 'inactivity' | 'max_duration' | 'max_turns' | 'deleted' | 'imported' | 'error' | 'nobody_available' | 'rejected' | 'pre_workflow_failed'
  /** Matches conversations with a turn that failed or was cancelled for this reason. */
  parley_turn_outcome?: 'model_error' | 'timed_out' | 'step_limit' | 'conversation_ended' | 'cancelled_by_caller' | 'superseded' | 'attempts_exhausted' | 'taken_over' | 'budget_exceeded'
  /** Who answers. `queue` and `person` match only active conversations. */
  parley_handled_by?: 'agent' | 'queue' | 'person'
  /** Active conversations that this person holds or is offered: an id, `me`, or `none` for those that wait and are offered to nobody. */
  parley_assignee?: string
  /** Active conversations that wait or are held in the team with this key. */
  parley_team?: string
  /** Active conversations with this tag. */
  parley_tag?: string
  /** Base64 of the last line's `created_at`: standard or URL-safe, with or without padding. */
  cursor?: string
}

export interface CountConversationsInput {
  direction?: 'inbound' | 'outbound'
  channel?: 'telephone' | 'webrtc' | 'email' | 'text'
  /** Conversations with `token_created` are listed only with this filter. */
  status?: 'token_created' | 'triggered' | 'ringing' | 'in_progress' | 'completed' | 'failed' | 'cancelled' | 'transferred' | 'unanswered'
  /** Case-insensitive substring, without wildcards. */
  user_id?: string
  /** Case-insensitive substring, without wildcards. */
  agent_number?: string
  agent_id?: string
  agent_version_id?: string
  web_widget_id?: string
  /** Seconds, inclusive. */
  duration_above?: number
  /** Seconds, inclusive. */
  duration_below?: number
  /** Inclusive. */
  user_turn_count_above?: number
  /** Inclusive. */
  user_turn_count_below?: number
  /** A JSON object as text: matches conversations whose metadata contain it. Needs `conversations:read_sensitive`. */
  custom_metadata?: string
  /** Inclusive. */
  created_after?: string
  /** Inclusive. */
  created_before?: string
  /** Inclusive. */
  updated_after?: string
  /** Inclusive. */
  updated_before?: string
  /** Why the conversation ended. */
  parley_end_reason?: 'ended_by_caller' | 'ended_by_agent' | 'ended_by_end_user' | 'inactivity' | 'max_duration' | 'max_turns' | 'deleted' | 'imported' | 'error' | 'nobody_available' | 'rejected' | 'pre_workflow_failed'
  /** Matches conversations with a turn that failed or was cancelled for this reason. */
  parley_turn_outcome?: 'model_error' | 'timed_out' | 'step_limit' | 'conversation_ended' | 'cancelled_by_caller' | 'superseded' | 'attempts_exhausted' | 'taken_over' | 'budget_exceeded'
  /** Who answers. `queue` and `person` match only active conversations. */
  parley_handled_by?: 'agent' | 'queue' | 'person'
  /** Active conversations that this person holds or is offered: an id, `me`, or `none` for those that wait and are offered to nobody. */
  parley_assignee?: string
  /** Active conversations that wait or are held in the team with this key. */
  parley_team?: string
  /** Active conversations with this tag. */
  parley_tag?: string
}

export interface GetConversationInput {
  conversation_id: string
  /** The position in the transcript to start from. Default: 0. From 0 to 2147483647. */
  items_from?: number
}

export interface ListConversationTurnsInput {
  conversation_id: string
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export interface StreamConversationEventsInput {
  conversation_id: string
  /** The number of the last event that the client has seen. `Last-Event-ID` takes precedence. A number beyond the last event is refused (422). */
  after?: number
  /** A conversation token, for `EventSource`, which cannot send headers. */
  token?: string
  /** `EventSource` sends it when it reconnects. */
  last_event_id?: string
}

export interface CancelTurnInput {
  conversation_id: string
  turn_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
}

export interface AnalyzeConversationInput {
  conversation_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
}

export interface ListConversationAnalysesInput {
  conversation_id: string
}

export interface ListConversationChangesInput {
  /** The last position that the client has seen. `Last-Event-ID` takes precedence. Default: now. */
  after?: number
  /** Only conversations of this agent. */
  agent_id?: string
  /** Of the stream: who else is there, as `presence`. Needs `conversations:reply`; a member who reads so is online. */
  with?: 'presence'
  /** `EventSource` sends it when it reconnects. */
  last_event_id?: string
}

export interface HandOffConversationInput {
  conversation_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** Default `requested`. */
  reason?: 'requested' | 'asked_for_person' | 'cannot_help' | 'complaint' | 'sensitive' | 'other' | null
  /** What people should know. Not shown to the end user. */
  text?: string | null
  /** The key of a team. Default: that of the agent, or the default team. */
  team?: string | null
  /** Default: the priority it has. */
  priority?: 'low' | 'normal' | 'high' | 'urgent' | null
  /** Whether it also waits while the team is closed and declines. Default false. */
  force?: boolean | null
}

export interface TakeConversationInput {
  conversation_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** The `id` of the assignee from whom the conversation is taken. It is taken only if they still hold it. */
  from?: string | null
  /** The person of another desk who acts. Required of an organization key; a member acts as themselves and may not send it (422). */
  external?: {
    id: string
    name: string
  } | null
}

export interface ReplyToConversationInput {
  conversation_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** Not blank; at most 32,000 characters. */
  text: string
  /** Whether the caller takes the conversation in the same commit if they do not hold it. Default false. */
  take?: boolean | null
  /** The `id` of the assignee from whom the conversation is taken. It is taken only if they still hold it. */
  from?: string | null
  /** The person of another desk who acts. Required of an organization key; a member acts as themselves and may not send it (422). */
  external?: {
    id: string
    name: string
  } | null
  /** The last position of the transcript that the caller has seen, −1 for none. If there is a newer message of the assistant, the reply is refused (409 `not_up_to_date`). From -1 to 2147483647. */
  seen_position?: number | null
  /** In the same commit. Default `keep`: the caller still holds it. */
  then?: 'keep' | 'return' | 'end' | null
}

export interface ReturnConversationInput {
  conversation_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** For the agent. Kept as a note with `for_agent`; the end user does not see it. */
  note?: string | null
  /** Whether the agent answers now what no person has answered, in one turn; if there is nothing: 409 `nothing_to_answer`. Default false: it waits for the next message. */
  answer?: boolean | null
  /** The person of another desk who acts. Required of an organization key; a member acts as themselves and may not send it (422). */
  external?: {
    id: string
    name: string
  } | null
}

export interface AssignConversationInput {
  conversation_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** A member with `conversations:reply`; anybody else is a fault of the request (422). */
  user_id?: string | null
  /** The key of a team. */
  team?: string | null
  nobody?: true | null
}

export interface SnoozeConversationInput {
  conversation_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** From 1 minute to 365 days ahead, both included, by the clock of the database; null wakes it. */
  until: string | null
  /** Whether a message of the end user wakes it. Default true. */
  wake_on_reply?: boolean | null
  /** The person of another desk who acts. Required of an organization key; a member acts as themselves and may not send it (422). */
  external?: {
    id: string
    name: string
  } | null
}

export interface UpdateConversationHandlingInput {
  conversation_id: string
  priority?: 'low' | 'normal' | 'high' | 'urgent' | null
  tags?: string[] | null
}

export interface ListTeamsInput {
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export interface CreateTeamInput {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  key: string
  name: string
  /** Whether it is asked where no other team is named; the team that was is not any more. Default false. */
  is_default?: boolean | null
  /** Default false. */
  external?: boolean | null
  /** The `user_id` of each. Each must be a member with `conversations:reply` (422). */
  members?: string[] | null
  /** Default `name`. */
  shown_name?: 'name' | 'first_name' | 'team' | null
  /** How conversations come to members. */
  assignment?: {
    /** `round_robin`: each is offered to the available member who has the fewest. Default `manual`: people take what they choose. */
    mode?: 'manual' | 'round_robin' | null
    /** How many conversations a member is given at once, offered ones included, snoozed ones not. Default 5. From 1 to 100. */
    capacity?: number | null
    /** How long an offer holds. Default 60. From 10 to 3600. */
    accept_seconds?: number | null
  } | null
  /** When a holder who is gone loses the conversation. */
  gone?: {
    /** The holder who is offline so long while the end user waits loses the conversation to the queue. Default 300. From 5 to 31536000. */
    offline_seconds?: number | null
    /** The holder who does not answer for so long loses it, online or not. Default 86400. From 5 to 31536000. */
    unanswered_seconds?: number | null
  } | null
  /** When silence of the end user ends it. */
  idle?: {
    /** The conversation ends (`inactivity`) when the end user is silent for so long after an answer; null: never. Default 86400. From 5 to 31536000. */
    end_after_seconds?: number | null
    /** Said when it ends so. Default null: nothing. */
    end_message?: string | null
  } | null
  /** A wait keeps the rules that it began with. */
  wait?: {
    /** How long a conversation waits for a person. Default 1800. From 10 to 604800. */
    max_seconds?: number | null
    /** What follows then: `return` to the agent, which answers what is unanswered; `end` with `nobody_available`. Default `return`. */
    fallback?: 'return' | 'end' | null
    /** Said when a person is asked for; a template with `team`, `position` and `opens_at`; null: nothing. Default: “A person will answer you here.” */
    message?: string | null
    /** Said when the wait ends the conversation; the same variables. Default null: nothing. */
    end_message?: string | null
  } | null
  /** Promised times, in open hours. A time snoozed does not count. */
  sla?: {
    /** Default null: no such target. From 5 to 31536000. */
    first_response_seconds?: number | null
    /** Default null: no such target. From 5 to 31536000. */
    next_response_seconds?: number | null
    /** Default null: no such target. From 5 to 31536000. */
    resolution_seconds?: number | null
    /** How long before the due time a warning is given. Default 300. From 5 to 31536000. */
    warn_before_seconds?: number | null
  } | null
  /** Null: always open. Default null. */
  business_hours?: {
    /** An IANA name such as `Europe/Berlin`. */
    time_zone: string
    weekly: {
      day: 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday'
      /** `HH:MM`, in the time zone of the team. */
      from: string
      /** `HH:MM`. At or before `from`: on the next day. */
      to: string
    }[]
    holidays?: {
      date: string
      name: string
      /** Null: closed all day. */
      from?: string | null
      /** Null: closed all day. */
      to?: string | null
    }[] | null
  } | null
  /** What a request does while the team is closed. */
  outside_hours?: {
    /** What a request does while the team is closed: it waits, or it is declined. Default `queue`. */
    action?: 'queue' | 'decline' | null
    /** Said instead of `wait.message` then; null: nothing. Default: “We are closed. A person will answer when we open again.” */
    message?: string | null
    /** How long it waits at most when it began while closed. Default 86400. From 10 to 604800. */
    max_wait_seconds?: number | null
  } | null
}

export interface GetTeamInput {
  team_key: string
}

export interface UpdateTeamInput {
  team_key: string
  /** The last `revision` that the caller has seen, quoted or not, or `*`. If it has changed since, the response is 412. */
  if_match?: string
  key?: string | null
  name?: string | null
  /** Whether it is asked where no other team is named; the team that was is not any more. Default false. */
  is_default?: boolean | null
  /** Default false. */
  external?: boolean | null
  /** The `user_id` of each. Each must be a member with `conversations:reply` (422). */
  members?: string[] | null
  /** Default `name`. */
  shown_name?: 'name' | 'first_name' | 'team' | null
  /** How conversations come to members. */
  assignment?: {
    /** `round_robin`: each is offered to the available member who has the fewest. Default `manual`: people take what they choose. */
    mode?: 'manual' | 'round_robin' | null
    /** How many conversations a member is given at once, offered ones included, snoozed ones not. Default 5. From 1 to 100. */
    capacity?: number | null
    /** How long an offer holds. Default 60. From 10 to 3600. */
    accept_seconds?: number | null
  } | null
  /** When a holder who is gone loses the conversation. */
  gone?: {
    /** The holder who is offline so long while the end user waits loses the conversation to the queue. Default 300. From 5 to 31536000. */
    offline_seconds?: number | null
    /** The holder who does not answer for so long loses it, online or not. Default 86400. From 5 to 31536000. */
    unanswered_seconds?: number | null
  } | null
  /** When silence of the end user ends it. */
  idle?: {
    /** The conversation ends (`inactivity`) when the end user is silent for so long after an answer; null: never. Default 86400. From 5 to 31536000. */
    end_after_seconds?: number | null
    /** Said when it ends so. Default null: nothing. */
    end_message?: string | null
  } | null
  /** A wait keeps the rules that it began with. */
  wait?: {
    /** How long a conversation waits for a person. Default 1800. From 10 to 604800. */
    max_seconds?: number | null
    /** What follows then: `return` to the agent, which answers what is unanswered; `end` with `nobody_available`. Default `return`. */
    fallback?: 'return' | 'end' | null
    /** Said when a person is asked for; a template with `team`, `position` and `opens_at`; null: nothing. Default: “A person will answer you here.” */
    message?: string | null
    /** Said when the wait ends the conversation; the same variables. Default null: nothing. */
    end_message?: string | null
  } | null
  /** Promised times, in open hours. A time snoozed does not count. */
  sla?: {
    /** Default null: no such target. From 5 to 31536000. */
    first_response_seconds?: number | null
    /** Default null: no such target. From 5 to 31536000. */
    next_response_seconds?: number | null
    /** Default null: no such target. From 5 to 31536000. */
    resolution_seconds?: number | null
    /** How long before the due time a warning is given. Default 300. From 5 to 31536000. */
    warn_before_seconds?: number | null
  } | null
  /** Null: always open. Default null. */
  business_hours?: {
    /** An IANA name such as `Europe/Berlin`. */
    time_zone: string
    weekly: {
      day: 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday'
      /** `HH:MM`, in the time zone of the team. */
      from: string
      /** `HH:MM`. At or before `from`: on the next day. */
      to: string
    }[]
    holidays?: {
      date: string
      name: string
      /** Null: closed all day. */
      from?: string | null
      /** Null: closed all day. */
      to?: string | null
    }[] | null
  } | null
  /** What a request does while the team is closed. */
  outside_hours?: {
    /** What a request does while the team is closed: it waits, or it is declined. Default `queue`. */
    action?: 'queue' | 'decline' | null
    /** Said instead of `wait.message` then; null: nothing. Default: “We are closed. A person will answer when we open again.” */
    message?: string | null
    /** How long it waits at most when it began while closed. Default 86400. From 10 to 604800. */
    max_wait_seconds?: number | null
  } | null
}

export interface DeleteTeamInput {
  team_key: string
  /** The key of another team; an unknown one is refused (422). */
  move_to?: string
}

export interface ShowPresenceInput {
  conversation_id: string
  state: 'viewing' | 'typing' | 'idle'
  /** The person of another desk who acts. Required of an organization key; a member acts as themselves and may not send it (422). */
  external?: {
    id: string
    name: string
  } | null
}

export interface ListPresenceInput {}

export interface UpdateMyPresenceInput {
  /** Default: as it is; `away` for people who have never said it. */
  availability?: 'away' | 'available' | null
}

export interface CreateConversationNoteInput {
  conversation_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  text: string
  /** Default false. */
  for_agent?: boolean | null
  /** The person of another desk who acts. Required of an organization key; a member acts as themselves and may not send it (422). */
  external?: {
    id: string
    name: string
  } | null
}

export interface ListConversationNotesInput {
  conversation_id: string
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export interface UpdateConversationNoteInput {
  conversation_id: string
  note_id: string
  text?: string | null
  /** Default false. */
  for_agent?: boolean | null
  /** The person of another desk who acts. Required of an organization key; a member acts as themselves and may not send it (422). */
  external?: {
    id: string
    name: string
  } | null
}

export interface DeleteConversationNoteInput {
  conversation_id: string
  note_id: string
  /** For a key that acts for the author: the `id` of the person of another desk who wrote the note. A member acts as themselves and may not send it (422). */
  external_id?: string
}

export interface ListCannedRepliesInput {
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
  /** A part of the shortcut or the title, in any case. */
  search?: string
  /** Only those of this team, and those for all. */
  team?: string
}

export interface CreateCannedReplyInput {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  shortcut: string
  title: string
  /** A template with `user_id`, `custom_metadata`, `agent`, `team` and `me`. */
  text: string
  /** The key of the team that it is for; null: all. */
  team?: string | null
}

export interface GetCannedReplyInput {
  canned_reply_id: string
}

export interface UpdateCannedReplyInput {
  canned_reply_id: string
  /** The last `revision` that the caller has seen, quoted or not, or `*`. If it has changed since, the response is 412. */
  if_match?: string
  shortcut?: string | null
  title?: string | null
  /** A template with `user_id`, `custom_metadata`, `agent`, `team` and `me`. */
  text?: string | null
  /** The key of the team that it is for; null: all. */
  team?: string | null
}

export interface DeleteCannedReplyInput {
  canned_reply_id: string
}

export interface RenderCannedReplyInput {
  canned_reply_id: string
  conversation_id: string
}

export interface ListInboxInput {
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
  /** `mine`: held by or offered to the caller; `unassigned`: waiting, offered to nobody; `all`: waiting or held; `snoozed`; `ended`: which people took part in. Default `all`. */
  view?: 'mine' | 'unassigned' | 'all' | 'snoozed' | 'ended'
  /** The key of a team. */
  team?: string
  tag?: string
  priority?: 'low' | 'normal' | 'high' | 'urgent'
  /** Those of which a target is in this state. */
  sla?: 'running' | 'met' | 'breached'
  /** `waiting`: highest priority first, then the longest unanswered; `newest`: the newest first. Default `waiting`; `newest` for `ended`. */
  order?: 'waiting' | 'newest'
}

export interface CountInboxInput {}

export interface ListTagsInput {}

export interface SuggestReplyInput {
  conversation_id: string
  /** What the reply should say, or how. */
  instructions?: string | null
}

export interface GetConversationBriefInput {
  conversation_id: string
}

export interface GetAgentAssistBriefInput {
  phone_number: string
}

export interface GetHandlingStatisticsInput {
  /** Default: 7 days before `to`. */
  from?: string
  /** Exclusive. Default: now. */
  to?: string
  /** At most 744 hours or 366 days. Default: hours for a range of up to 3 days, otherwise days. */
  bucket?: 'hour' | 'day'
  /** What has rows of its own in a bucket. Default `none`. */
  by?: 'none' | 'team' | 'user'
  /** Count only this team. */
  team?: string
  /** Count only this member. */
  user_id?: string
}

export interface RateConversationInput {
  conversation_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** From 1 to 5. */
  rating: number
  comment?: string | null
}

export interface GetStatisticsInput {
  /** Default: 7 days before `to`. */
  from?: string
  /** Exclusive. Default: now. */
  to?: string
  /** At most 744 hours or 366 days. Default: hours for a range of up to 3 days, otherwise days. */
  bucket?: 'hour' | 'day'
  /** Count only this agent. An unknown agent has no counts. */
  agent_id?: string
}

export interface ListAgentsInput {
  /** Case-insensitive substring. */
  name?: string
  active?: boolean
  is_demo?: boolean
  /** A JSON object as text: matches rows that contain it. */
  metadata?: string
  /** Whether to include `versions` and `statistics` of each. Default false. */
  standing?: boolean
  /** Inclusive. */
  created_after?: string
  /** Inclusive. */
  created_before?: string
  /** Inclusive. */
  updated_after?: string
  /** Inclusive. */
  updated_before?: string
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export interface CreateAgentInput {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** Not unique. */
  name: string
  description?: string | null
  /** An inactive agent accepts no new conversations. */
  active?: boolean | null
  is_demo?: boolean | null
  metadata?: Record<string, unknown> | null
}

export interface CheckAgentInput {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** Not unique. */
  name?: string | null
  description?: string | null
  metadata?: Record<string, unknown> | null
  config?: AgentConfig | null
  instruction_builder_inputs?: Record<string, unknown> | null
}

export interface GetAgentInput {
  agent_id: string
}

export interface UpdateAgentInput {
  agent_id: string
  /** Not unique. */
  name?: string | null
  description?: string | null
  /** An inactive agent accepts no new conversations. */
  active?: boolean | null
  is_demo?: boolean | null
  metadata?: Record<string, unknown> | null
}

export interface DeleteAgentInput {
  agent_id: string
}

export interface ListAgentVersionsInput {
  agent_id: string
  /** From 1 to 2147483647. */
  version?: number
  published?: boolean
  /** Inclusive. */
  created_after?: string
  /** Inclusive. */
  created_before?: string
  /** Inclusive. */
  updated_after?: string
  /** Inclusive. */
  updated_before?: string
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export interface GetAgentVersionInput {
  agent_id: string
  /** A number, or `latest`: the version with the highest number. */
  version: string
}

export interface CreateAgentVersionInput {
  agent_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  config?: AgentConfig | null
  /** The version to copy. From 1 to 2147483647. */
  base_version?: number | null
  instruction_builder_inputs?: Record<string, unknown> | null
}

export interface UpdateAgentVersionInput {
  agent_id: string
  /** A number, or `latest`: the version with the highest number. */
  version: string
  /** The last `revision` that the caller has seen, quoted or not, or `*`. If it has changed since, the response is 412. */
  if_match?: string
  config?: AgentConfig | null
  instruction_builder_inputs?: Record<string, unknown> | null
}

export interface PublishAgentVersionInput {
  agent_id: string
  /** A number, or `latest`: the version with the highest number. */
  version: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** The last `revision` that the caller has seen, quoted or not, or `*`. If it has changed since, the response is 412. */
  if_match?: string
  /** The numbers that the version is to answer. AnyReach has the same field. */
  phone_numbers?: string[] | null
  /** The numbers that no version of this agent is to answer. AnyReach has the same field. */
  unassign_phone_numbers?: string[] | null
  /** Which calls of these numbers: those to them, those from them, or both. Default `inbound`. AnyReach has the same field. */
  direction?: 'inbound' | 'outbound' | 'both' | null
}

export interface GetAgentConfigSchemaInput {}

export interface CompareAgentVersionsInput {
  agent_id: string
  /** Default `text`. */
  format?: 'text' | 'json'
  /** A number, or `latest` for the highest number. Does not create a draft. */
  from_version: number | string
  /** Same as `from_version`. */
  to_version: number | string
}

export interface GenerateAgentInstructionsInput {
  agent_id: string
  /** A number, or `latest`: the version with the highest number. */
  version: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
}

export interface ListModelsInput {}

export interface CreateOrganizationKeyInput {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  name: string
  /** Epoch milliseconds. Default null: never expires. From 0 to 8640000000000000. */
  expires_at?: number | null
  /** Default `admin`. Cannot be combined with `scopes`. */
  role?: 'admin' | 'responder' | 'viewer' | null
  /** Instead of a role. */
  scopes?: ('conversations:read' | 'conversations:read_sensitive' | 'conversations:manage' | 'conversations:reply' | 'conversations:dial' | 'agents:read' | 'agents:manage' | 'webhooks:read' | 'webhooks:manage' | 'members:read' | 'members:manage' | 'organizations:manage' | 'billing:manage' | 'web_widgets:read' | 'web_widgets:manage' | 'sources:read' | 'sources:manage' | 'phone_numbers:read' | 'phone_numbers:manage' | 'trunks:read' | 'trunks:manage' | 'email_domains:read' | 'email_domains:manage' | 'campaigns:read' | 'campaigns:manage' | 'concurrency:read' | 'concurrency:manage' | 'assessments:read' | 'assessments:manage' | 'workflows:read' | 'workflows:read_sensitive' | 'workflows:execute' | 'workflows:manage' | 'child_organizations:manage' | 'managed_accounts:manage')[] | null
  /** Narrows the key to these agents. */
  agent_ids?: string[] | null
  mcp?: McpOfKey | null
}

export interface ListOrganizationKeysInput {
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export interface DeleteOrganizationKeyInput {
  key_id: string
}

export interface CreatePersonalAccessTokenInput {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  name: string
  /** Epoch milliseconds. Default null: never expires. From 0 to 8640000000000000. */
  expires_at?: number | null
  /** A token has all permissions of its user; it cannot be narrowed. */
  role?: null
  scopes?: null
  agent_ids?: null
}

export interface ListPersonalAccessTokensInput {
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export interface DeletePersonalAccessTokenInput {
  key_id: string
}

export interface GetMyScopesInput {}

export interface GetMemberScopesInput {
  user_id: string
}

export interface ListMembersInput {
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export interface CreateMemberInput {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  email: string
  role: 'admin' | 'responder' | 'viewer'
  /** Suggested to the person who accepts. */
  name?: string | null
}

export interface UpdateMemberInput {
  user_id: string
  role: 'admin' | 'responder' | 'viewer'
}

export interface DeleteMemberInput {
  user_id: string
}

export interface GetOrganizationInput {}

export interface UpdateOrganizationInput {
  name?: string | null
  slug?: string | null
  /** A JSON object; names other than `handling` and `partner_access` are your own. */
  settings?: {
    handling?: {
      /** Which conversations members with the role `responder` see: `teams` are those of their teams, of no team, and those that they hold. Default `all`. */
      responders_see?: 'all' | 'teams'
    }
    /** What members of the organizations above may see by `view-as`: nothing, what needs a `…:read` scope, or sensitive content too. Default `read`. */
    partner_access?: 'none' | 'read' | 'read_sensitive'
    [name: string]: unknown
  } | null
}

export interface ListAuditLogInput {
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
  actor_id?: string
  action?: string
  target_type?: 'agent' | 'audit_log' | 'budget' | 'canned_reply' | 'conversation' | 'dataset' | 'installation' | 'invitation' | 'member' | 'organization' | 'organization_key' | 'personal_access_token' | 'price' | 'secret' | 'session' | 'source' | 'team' | 'user' | 'web_widget' | 'webhook_endpoint' | 'workflow' | 'workflow_connection' | 'workflow_trigger'
  target_id?: string
  via?: 'api' | 'console' | 'mcp' | 'cli' | 'system'
  outcome?: 'done' | 'refused'
  /** Only entries after this time. */
  after?: string
  /** Only entries before this time. */
  before?: string
}

export interface ExportAuditLogInput {
  /** Default `ndjson`. */
  format?: 'ndjson' | 'csv'
  actor_id?: string
  action?: string
  target_type?: 'agent' | 'audit_log' | 'budget' | 'canned_reply' | 'conversation' | 'dataset' | 'installation' | 'invitation' | 'member' | 'organization' | 'organization_key' | 'personal_access_token' | 'price' | 'secret' | 'session' | 'source' | 'team' | 'user' | 'web_widget' | 'webhook_endpoint' | 'workflow' | 'workflow_connection' | 'workflow_trigger'
  target_id?: string
  via?: 'api' | 'console' | 'mcp' | 'cli' | 'system'
  outcome?: 'done' | 'refused'
  /** Only entries after this time. */
  after?: string
  /** Only entries before this time. */
  before?: string
}

export interface ListOrganizationEventsInput {
  /** The last `sequence` that the client has seen. `Last-Event-ID` takes precedence. Default 0: from the oldest event on. */
  after?: number
  /** `EventSource` sends it when it reconnects. */
  last_event_id?: string
}

export interface GetMcpSettingsInput {}

export interface UpdateMcpSettingsInput {
  /** Whether `/mcp` answers. Default true. */
  enabled?: boolean
  /** What is listed: `discovery` the four tools that find and call all others, `direct` the operations themselves, `both`. Default `discovery`. */
  mode?: 'discovery' | 'direct' | 'both'
  /** Names of tools, such as `core_list_agents`: no others are listed, found or called. Empty, the default: all that the caller’s scopes allow; of these, `direct` lists the first 64 by name. */
  tools?: string[]
  /** Whether calls that change something are refused. Default false. */
  read_only?: boolean
}

export interface CreateInvitationInput {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  email: string
  role: 'admin' | 'responder' | 'viewer'
  /** Suggested to the person who accepts. */
  name?: string | null
  /** Default 604800, a week; at most 30 days. From 60 to 2592000. */
  expires_in_seconds?: number | null
}

export interface ListInvitationsInput {
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
  /** Default `pending`. Others are kept for 90 days. */
  state?: 'pending' | 'accepted' | 'declined' | 'expired' | 'revoked'
}

export interface DeleteInvitationInput {
  invitation_id: string
}

export interface ResendInvitationInput {
  invitation_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
}

export interface ListReceivedInvitationsInput {
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export interface AcceptReceivedInvitationInput {
  invitation_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
}

export interface DeclineReceivedInvitationInput {
  invitation_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
}

export interface ReadInvitationInput {
  token: string
}

export interface AcceptInvitationInput {
  token: string
  /** 12 to 256 characters. */
  password?: string | null
  /** Only with a new password. */
  name?: string | null
}

export interface DeclineInvitationInput {
  token: string
}

export interface ListOrganizationsInput {
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export interface CreateOrganizationInput {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  name: string
  slug?: string | null
  /** UUID. Those that the server creates are version 7 and sort by time. */
  parent_id?: string | null
}

export interface GetSlugAvailabilityInput {
  slug: string
}

export interface DeleteOrganizationInput {
  /** The slug of the organization. */
  confirm: string
}

export interface ListChildOrganizationsInput {
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
  /** Default: your own. */
  parent_id?: string
}

export interface SearchChildOrganizationsInput {
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
  /** A part of the slug or of the id, literally. */
  q?: string
  /** A part of the slug or of the id, literally. */
  query?: string
}

export interface CreateChildOrganizationInput {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  name: string
  slug?: string | null
  /** Your organization, which is the default, or one below it. */
  parent_id?: string | null
}

export interface GetChildOrganizationInput {
  organization_id: string
}

export interface UpdateChildOrganizationInput {
  organization_id: string
  name?: string | null
  slug?: string | null
  status?: 'active' | 'suspended' | null
}

export interface ListChildMembersInput {
  organization_id: string
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export interface UpdateChildMemberInput {
  organization_id: string
  user_id: string
  role: 'admin' | 'responder' | 'viewer'
}

export interface DeleteChildMemberInput {
  organization_id: string
  user_id: string
}

export interface ListChildInvitationsInput {
  organization_id: string
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
  /** Default `pending`. Others are kept for 90 days. */
  state?: 'pending' | 'accepted' | 'declined' | 'expired' | 'revoked'
}

export interface CreateChildInvitationInput {
  organization_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  email: string
  role: 'admin' | 'responder' | 'viewer'
  /** Suggested to the person who accepts. */
  name?: string | null
  /** Default 604800, a week; at most 30 days. From 60 to 2592000. */
  expires_in_seconds?: number | null
}

export interface StartViewInput {
  organization_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** Why you look. Both organizations see it. */
  reason: string
  /** Default 15, at most 60. From 1 to 60. */
  minutes?: number | null
}

export interface StartViewInSessionInput {
  organization_id: string
  /** Why you look. Both organizations see it. */
  reason: string
  /** Default 15, at most 60. From 1 to 60. */
  minutes?: number | null
}

export interface ListViewsInput {}

export interface StopViewInput {
  view_id: string
}

export interface SignInInput {
  email?: string | null
  password?: string | null
  /** An `ak_…`. */
  api_key?: string | null
  /** Default: the organization of the oldest membership. */
  organization_id?: string | null
}

export interface GetSignInSessionInput {}

export interface SignOutInput {}

export interface SignOutEverywhereInput {
  /** Default `of_ended_sessions`: tokens created with a session that ends, or with such a token. `all`: every token of the user, including those of the command line and of a session that continues. */
  personal_access_tokens?: 'of_ended_sessions' | 'all' | null
}

export interface SwitchOrganizationInput {
  organization_id: string
}

export interface ChangePasswordInput {
  current_password: string
  /** 12 to 256 characters. */
  new_password: string
  /** Default `of_ended_sessions`: tokens created with a session that ends, or with such a token. `all`: every token of the user, including those of the command line and of a session that continues. */
  personal_access_tokens?: 'of_ended_sessions' | 'all' | null
}

export interface StartOpenIdSignInInput {
  /** A path on this server. Default `/`. */
  return_to?: string | null
}

export interface FinishOpenIdSignInInput {}

export interface ListWebhookEndpointsInput {
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export interface CreateWebhookEndpointInput {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** An http or https address without a user name; surrounding white space is removed. Private addresses are refused at delivery. */
  url: string
  /** Event types, patterns such as `conversation.*`, or `*` for all. */
  events: string[]
  description?: string | null
  /** An inactive endpoint gets no new events. Its pending deliveries continue when it is active again. */
  active?: boolean | null
  /** Only deliver events of this agent’s conversations; null: of all agents. */
  agent_id?: string | null
}

export interface GetWebhookEndpointInput {
  webhook_id: string
}

export interface UpdateWebhookEndpointInput {
  webhook_id: string
  /** An http or https address without a user name; surrounding white space is removed. Private addresses are refused at delivery. */
  url?: string | null
  /** Event types, patterns such as `conversation.*`, or `*` for all. */
  events?: string[] | null
  description?: string | null
  /** An inactive endpoint gets no new events. Its pending deliveries continue when it is active again. */
  active?: boolean | null
  /** Only deliver events of this agent’s conversations; null: of all agents. */
  agent_id?: string | null
}

export interface DeleteWebhookEndpointInput {
  webhook_id: string
}

export interface RotateWebhookSecretInput {
  webhook_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** How long the old secret remains valid; 0 ends it immediately. Default: 86400. From 0 to 604800. */
  previous_valid_seconds?: number | null
}

export interface TestWebhookEndpointInput {
  webhook_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
}

export interface ListWebhookDeliveriesInput {
  webhook_id: string
  status?: 'pending' | 'delivered' | 'failed'
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export interface ListConversationDeliveriesInput {
  conversation_id: string
  status?: 'pending' | 'delivered' | 'failed'
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export interface RedeliverWebhookDeliveryInput {
  webhook_id: string
  delivery_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
}

export interface RedeliverWebhookDeliveriesInput {
  webhook_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** Earliest creation time of the deliveries, inclusive. */
  after: string
  /** Latest creation time, inclusive. Default: now. */
  before?: string | null
  /** Default: false. */
  only_failed?: boolean | null
}

export interface SetSecretInput {
  /** 1 to 64 capital letters, digits and underscores, not starting with a digit. */
  name: string
  /** 1 to 8192 characters, stored as sent. */
  value: string
}

export interface ListSecretsInput {
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export interface DeleteSecretInput {
  name: string
}

export interface CreateDatasetInput {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** Makes creation idempotent: the same id and body answer the same dataset. */
  id?: string | null
  name: string
  description?: string | null
  /** `model` or `provider/model`. One that this server cannot call is stored; the dataset is searched by words until it can. Default: the server’s. */
  embedding_model?: string | null
  /** Default 768 for `text-embedding-3-small`, 3,072 for `text-embedding-3-large`, else the model’s own. From 64 to 4096. */
  embedding_dimension?: number | null
  /** Ours. Default `auto`. */
  language?: 'auto' | 'simple' | 'arabic' | 'armenian' | 'basque' | 'catalan' | 'danish' | 'dutch' | 'english' | 'finnish' | 'french' | 'german' | 'greek' | 'hindi' | 'hungarian' | 'indonesian' | 'irish' | 'italian' | 'lithuanian' | 'nepali' | 'norwegian' | 'portuguese' | 'romanian' | 'russian' | 'serbian' | 'spanish' | 'swedish' | 'tamil' | 'turkish' | 'yiddish' | null
  chunking_strategy?: 'fixed_size' | 'structure_based' | 'fixed' | 'default' | {
    method?: 'fixed_size' | 'structure_based' | 'fixed' | 'default' | null
    /** From 100 to 8000. */
    chunk_size?: number | null
    /** From 0 to 4000. */
    chunk_overlap?: number | null
  } | null
}

export interface ListDatasetsInput {
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
  /** Part of the name, in any case. */
  name?: string
  /** Created at or after this time. */
  created_after?: string
  /** Created before this time. */
  created_before?: string
  /** Changed at or after this time. */
  updated_after?: string
  /** Not changed at or after this time. */
  updated_before?: string
}

export interface GetDatasetInput {
  dataset_id: string
}

export interface UpdateDatasetInput {
  dataset_id: string
  name?: string | null
  description?: string | null
  /** `model` or `provider/model`. One that this server cannot call is stored; the dataset is searched by words until it can. Default: the server’s. */
  embedding_model?: string | null
  /** Default 768 for `text-embedding-3-small`, 3,072 for `text-embedding-3-large`, else the model’s own. From 64 to 4096. */
  embedding_dimension?: number | null
  /** Ours. Default `auto`. */
  language?: 'auto' | 'simple' | 'arabic' | 'armenian' | 'basque' | 'catalan' | 'danish' | 'dutch' | 'english' | 'finnish' | 'french' | 'german' | 'greek' | 'hindi' | 'hungarian' | 'indonesian' | 'irish' | 'italian' | 'lithuanian' | 'nepali' | 'norwegian' | 'portuguese' | 'romanian' | 'russian' | 'serbian' | 'spanish' | 'swedish' | 'tamil' | 'turkish' | 'yiddish' | null
  chunking_strategy?: 'fixed_size' | 'structure_based' | 'fixed' | 'default' | {
    method?: 'fixed_size' | 'structure_based' | 'fixed' | 'default' | null
    /** From 100 to 8000. */
    chunk_size?: number | null
    /** From 0 to 4000. */
    chunk_overlap?: number | null
  } | null
}

export interface DeleteDatasetInput {
  dataset_id: string
}

export interface QueryDatasetInput {
  dataset_id: string
  /** 1 to 8,000 characters without the white space around. */
  query: string
  /** Default 5. From 1 to 100. */
  results_count?: number | null
  /** The same as `results_count`. From 1 to 100. */
  top_n?: number | null
  /** Ours. `auto`, the default, answers with what it has; `vector` fails where the query cannot be embedded. */
  mode?: 'auto' | 'full_text' | 'vector' | null
  /** Ours. Leaves out chunks with a lower `score`. From 0 to 1. */
  min_score?: number | null
  /** Ours. Only these sources. */
  source_ids?: string[] | null
  /** Ours. Only sources whose `metadata` contain this. */
  filter?: Record<string, unknown> | null
  /** Ours. Whether the rerank model orders the result, if the server has one. Default true. */
  rerank?: boolean | null
}

export interface ReembedDatasetInput {
  dataset_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
}

export interface StreamDatasetProgressInput {
  dataset_id: string
}

export interface ListDatasetRetrievalsInput {
  dataset_id: string
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
  /** Only those that ended like this for the dataset. */
  outcome?: 'found' | 'nothing' | 'skipped' | 'failed' | 'timed_out'
  /** Only those whose best score is below it, and those that found nothing in the dataset. Searches that were skipped or failed have no score and are left out. */
  below_score?: number
  /** Asked at or after this time. */
  created_after?: string
  /** Asked before this time. */
  created_before?: string
}

export interface GetKnowledgeCapabilitiesInput {}

export interface ListDatasetSourcesInput {
  dataset_id: string
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
  /** Part of the name, in any case. */
  source_name?: string
  source_type?: 'FILE' | 'URL'
  /** Such as `pdf,docx`. */
  file_extension?: string
  /** Ours. One or more of pending, converting_to_markdown, chunking, embedding, ready, failed, with commas between. */
  status?: string
}

export type AttachSourcesInput = {
  dataset_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
} & ({
  items: AttachSources
} | { file: FileInput; metadata?: {
  /** Default: the name of the file. */
  name?: string | null
  chunking_strategy?: 'fixed_size' | 'structure_based' | 'fixed' | 'default' | {
    method?: 'fixed_size' | 'structure_based' | 'fixed' | 'default' | null
    /** From 100 to 8000. */
    chunk_size?: number | null
    /** From 0 to 4000. */
    chunk_overlap?: number | null
  } | null
  description?: string | null
  /** At most 8 KiB. Queries can filter by it. */
  metadata?: Record<string, unknown> | null
} })

export interface AttachSourcesByPatternInput {
  dataset_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** With `{slug}` as one segment of its path. */
  url_pattern: string
  slugs: string[]
  chunking_strategy?: 'fixed_size' | 'structure_based' | 'fixed' | 'default' | {
    method?: 'fixed_size' | 'structure_based' | 'fixed' | 'default' | null
    /** From 100 to 8000. */
    chunk_size?: number | null
    /** From 0 to 4000. */
    chunk_overlap?: number | null
  } | null
}

export interface GetDatasetSourceInput {
  dataset_id: string
  dataset_source_id: string
}

export interface UpdateDatasetSourceInput {
  dataset_id: string
  dataset_source_id: string
  chunking_strategy?: 'fixed_size' | 'structure_based' | 'fixed' | 'default' | {
    method?: 'fixed_size' | 'structure_based' | 'fixed' | 'default' | null
    /** From 100 to 8000. */
    chunk_size?: number | null
    /** From 0 to 4000. */
    chunk_overlap?: number | null
  } | null
}

export interface DetachSourceInput {
  dataset_id: string
  dataset_source_id: string
}

export interface ReprocessDatasetSourceInput {
  dataset_id: string
  dataset_source_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
}

export interface ListDatasetSourceChunksInput {
  dataset_id: string
  dataset_source_id: string
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export type CreateSourcesInput = {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
} & ({
  items: NewSources
} | { file: FileInput; metadata?: {
  /** Default: the name of the file. */
  name?: string | null
  chunking_strategy?: 'fixed_size' | 'structure_based' | 'fixed' | 'default' | {
    method?: 'fixed_size' | 'structure_based' | 'fixed' | 'default' | null
    /** From 100 to 8000. */
    chunk_size?: number | null
    /** From 0 to 4000. */
    chunk_overlap?: number | null
  } | null
  description?: string | null
  /** At most 8 KiB. Queries can filter by it. */
  metadata?: Record<string, unknown> | null
} })

export interface ListSourcesInput {
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
  /** Part of the name, in any case. */
  name?: string
  type?: 'FILE' | 'URL'
  domain?: string
  /** Pages of this crawled source; `none`: no pages of crawls. */
  parent_source_id?: string
}

export interface GetSourceInput {
  source_id: string
}

export interface UpdateSourceInput {
  source_id: string
  name?: string | null
  /** `FAILED` closes the upload; a source that had a file before keeps it, and is `COMPLETE`. */
  file_upload_status?: 'PENDING' | 'IN_PROGRESS' | 'COMPLETE' | 'FAILED' | null
  chunking_strategy?: 'fixed_size' | 'structure_based' | 'fixed' | 'default' | {
    method?: 'fixed_size' | 'structure_based' | 'fixed' | 'default' | null
    /** From 100 to 8000. */
    chunk_size?: number | null
    /** From 0 to 4000. */
    chunk_overlap?: number | null
  } | null
  /** Bytes, as announced. */
  file_size?: number | null
  description?: string | null
  /** At most 8 KiB. Queries can filter by it. */
  metadata?: Record<string, unknown> | null
  url_crawl_options?: UrlCrawlOptions | null
  /** How often a URL is fetched again. From 1 to 8760. */
  refresh_interval_hours?: number | null
}

export interface DeleteSourceInput {
  source_id: string
}

export interface CreateSourceUploadUrlInput {
  source_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
}

export type UploadSourceInput = {
  source_id: string
  token?: string
} & ({ file: FileInput })

export interface GetSourceFileInput {
  source_id: string
}

export interface GetSourceMarkdownInput {
  source_id: string
}

export interface CrawlSourceInput {
  source_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** Whether more than half of the pages may go. Default false. */
  accept_removals?: boolean | null
}

export interface CancelSourceCrawlInput {
  source_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
}

export interface ListSourceCrawlsInput {
  source_id: string
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export interface ListCrawlPagesInput {
  source_id: string
  crawl_id: string
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
  outcome?: 'stored' | 'unchanged' | 'duplicate' | 'excluded' | 'robots' | 'noindex' | 'gone' | 'failed'
}

export interface GetChunkInput {
  chunk_id: string
}

export interface ListWebWidgetsInput {
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
  agent_id?: string
  agent_version_id?: string
  published?: boolean
  /** Case-insensitive substring. */
  name?: string
  /** Inclusive. */
  created_after?: string
  /** Inclusive. */
  created_before?: string
  /** Inclusive. */
  updated_after?: string
  /** Inclusive. */
  updated_before?: string
}

export interface CreateWebWidgetInput {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  agent_id: string
  /** A version of the agent, or `latest`: the newest published one now. Ours: `latest`. */
  agent_version_id?: string | null
  /** Ours. Default: the name of the agent. */
  name?: string | null
  /** The sites that can show the widget, such as `https://example.com` or `https://*.example.com` (not the apex). Compared by scheme, host and port; `https://` is added where there is no scheme, and paths are dropped. `www` is an entry of its own. Empty: any site. */
  domains?: string[] | null
  /** Default false. */
  published?: boolean | null
  config?: WebWidgetConfig | null
  /** Replaces all limits. Those that are left out have their defaults. */
  limits?: {
    /** Default 20. From 1 to 1000. */
    conversations_per_address_hour?: number
    /** Default 20. From 1 to 1000. */
    conversations_per_visitor_day?: number
    /** Default 60. From 1 to 6000. */
    messages_per_address_minute?: number
    /** Default 12. From 1 to 6000. */
    messages_per_conversation_minute?: number
    /** Default 200. From 1 to 10000. */
    messages_per_conversation?: number
    /** Default 4000. From 1 to 32000. */
    message_characters?: number
    /** Default 5000. From 1 to 1000000. */
    conversations_per_day?: number
    /** Default 1000. From 1 to 100000. */
    active_conversations?: number
    /** Tokens of input and output until 00:00 UTC; null: no limit. Default 2,000,000. From 1000 to 1000000000000. */
    tokens_per_day?: number | null
  } | null
  identity?: {
    /** Whether only visitors that the site has signed can start. Default false. */
    required?: boolean
    /** Whether `{user_id, user_hash}` is accepted, which never expires. Default false. */
    allow_hmac?: boolean
  } | null
  /** Ours. Null: none. The secret must exist. */
  captcha?: {
    provider: 'turnstile' | 'hcaptcha'
    /** Public. */
    site_key: string
    /** The name of the organization’s secret that has the provider’s secret key. */
    secret_name: string
    /** `suspicious`: from the third start of an address in an hour. */
    when: 'always' | 'suspicious'
  } | null
}

export interface GetWebWidgetInput {
  web_widget_id: string
}

export interface UpdateWebWidgetInput {
  web_widget_id: string
  /** The last `revision` that the caller has seen, quoted or not, or `*`. If it has changed since, the response is 412. */
  if_match?: string
  agent_id?: string | null
  /** A version of the agent, or `latest`: the newest published one now. Ours: `latest`. */
  agent_version_id?: string | null
  /** Ours. Default: the name of the agent. */
  name?: string | null
  /** The sites that can show the widget, such as `https://example.com` or `https://*.example.com` (not the apex). Compared by scheme, host and port; `https://` is added where there is no scheme, and paths are dropped. `www` is an entry of its own. Empty: any site. */
  domains?: string[] | null
  /** Default false. */
  published?: boolean | null
  config?: WebWidgetConfig | null
  /** Replaces all limits. Those that are left out have their defaults. */
  limits?: {
    /** Default 20. From 1 to 1000. */
    conversations_per_address_hour?: number
    /** Default 20. From 1 to 1000. */
    conversations_per_visitor_day?: number
    /** Default 60. From 1 to 6000. */
    messages_per_address_minute?: number
    /** Default 12. From 1 to 6000. */
    messages_per_conversation_minute?: number
    /** Default 200. From 1 to 10000. */
    messages_per_conversation?: number
    /** Default 4000. From 1 to 32000. */
    message_characters?: number
    /** Default 5000. From 1 to 1000000. */
    conversations_per_day?: number
    /** Default 1000. From 1 to 100000. */
    active_conversations?: number
    /** Tokens of input and output until 00:00 UTC; null: no limit. Default 2,000,000. From 1000 to 1000000000000. */
    tokens_per_day?: number | null
  } | null
  identity?: {
    /** Whether only visitors that the site has signed can start. Default false. */
    required?: boolean
    /** Whether `{user_id, user_hash}` is accepted, which never expires. Default false. */
    allow_hmac?: boolean
  } | null
  /** Ours. Null: none. The secret must exist. */
  captcha?: {
    provider: 'turnstile' | 'hcaptcha'
    /** Public. */
    site_key: string
    /** The name of the organization’s secret that has the provider’s secret key. */
    secret_name: string
    /** `suspicious`: from the third start of an address in an hour. */
    when: 'always' | 'suspicious'
  } | null
}

export interface DeleteWebWidgetInput {
  web_widget_id: string
}

export interface CreateWebWidgetIdentityKeyInput {
  web_widget_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
}

export interface ListWebWidgetIdentityKeysInput {
  web_widget_id: string
}

export interface DeleteWebWidgetIdentityKeyInput {
  web_widget_id: string
  key_id: string
}

export interface CreateWebWidgetBlockInput {
  web_widget_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** A conversation of this widget. */
  conversation_id: string
  /** Default 720. From 1 to 8760. */
  hours?: number | null
  reason?: string | null
}

export interface ListWebWidgetBlocksInput {
  web_widget_id: string
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export interface DeleteWebWidgetBlockInput {
  web_widget_id: string
  block_id: string
}

export interface RevokeWebWidgetVisitorsInput {
  web_widget_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** Default: now. Must not be in the future. */
  revoked_before?: string | null
}

export interface PreviewWebWidgetInput {
  web_widget_id: string
}

export interface CheckWebWidgetInput {
  web_widget_id: string
  /** An http or https page. */
  url: string
}

export interface AutoBrandWebWidgetInput {
  web_widget_id: string
  /** Such as `example.com`. Scheme, `www.` and a trailing slash are ignored. */
  domain: string
}

export interface GetWebWidgetStatisticsInput {
  web_widget_id: string
  /** The first day in UTC, such as 2026-01-31. Default: 29 days before `to`. */
  from?: string
  /** The last day. Default: today. At most 366 days. */
  to?: string
}

export interface GetPublicWebWidgetInput {
  web_widget_id: string
}

export interface EnterWebWidgetInput {
  web_widget_id: string
  /** From the frame’s HTML. A site of `PARLEY_CORS_ORIGINS` that the widget lists needs none. */
  embed_token?: string | null
  /** That this browser has, if any. */
  visitor_token?: string | null
  /** Either `token`, or `user_id` and `user_hash` if the widget allows that. */
  identity?: {
    /** A JWT, signed with HS256 by an identity key, of at most 16 KiB: `sub` or `user_id`, `exp` at most seven days ahead, and optionally `name`, `email`, `phone` and `metadata`. */
    token?: string | null
    user_id?: string | null
    /** HMAC-SHA256 of `user_id` by an identity key, in hexadecimal digits. */
    user_hash?: string | null
  } | null
}

export interface StartWebWidgetConversationInput {
  web_widget_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** Of the new conversation. An id that is taken is a 409. */
  id?: string | null
  /** Answers to `pre_conversation_form`. */
  form?: Record<string, unknown> | null
  /** What a visitor says about themselves; it never replaces what the site signed. */
  visitor?: {
    /** Claimed. */
    name?: string | null
    /** Claimed. */
    email?: string | null
    /** Claimed. */
    phone?: string | null
  } | null
  /** Anything that the page says, at most 8 KiB. It is claimed, not verified. */
  client?: Record<string, unknown> | null
  /** The visitor’s page. Addresses are stored without query and fragment, each text up to 500 characters. */
  page?: {
    url?: string | null
    title?: string | null
    referrer?: string | null
  } | null
  locale?: string | null
  captcha_token?: string | null
}

export interface ListVisitorConversationsInput {
  web_widget_id: string
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export interface CreateVisitorConversationTokenInput {
  web_widget_id: string
  conversation_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
}

export interface UpdateVisitorConversationInput {
  web_widget_id: string
  conversation_id: string
  /** Merged into `client` (RFC 7396). */
  client?: Record<string, unknown> | null
  /** The visitor’s page. Addresses are stored without query and fragment, each text up to 500 characters. */
  page?: {
    url?: string | null
    title?: string | null
    referrer?: string | null
  } | null
}

export interface ReadVisitorConversationInput {
  web_widget_id: string
  conversation_id: string
  /** Of the last item that they have seen, on any device. It only rises. From 0 to 2147483647. */
  position: number
}

export interface GiveConversationFeedbackInput {
  web_widget_id: string
  conversation_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** 1 to 5, or `up` and `down`, as the widget asks. */
  rating?: number | 'up' | 'down' | null
  /** By the id of the form’s fields. */
  data?: Record<string, unknown> | null
}

export interface GiveFeedbackInput {
  web_widget_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  conversation_id: string
  /** 1 to 5, or `up` and `down`, as the widget asks. */
  rating?: number | 'up' | 'down' | null
  /** By the id of the form’s fields. */
  data?: Record<string, unknown> | null
}

export interface ListWorkflowsInput {
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
  /** Case-insensitive substring. */
  name?: string
  /** Whether a version is live. */
  live?: boolean
  /** Inclusive. */
  created_after?: string
  /** Inclusive. */
  created_before?: string
  /** Inclusive. */
  updated_after?: string
  /** Inclusive. */
  updated_before?: string
}

export interface CreateWorkflowInput {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** Not unique. */
  name: string
  description?: string | null
  metadata?: Record<string, unknown> | null
  /** As `WorkflowDefinition`. Other forms are accepted and stored in that one: `steps` for `nodes`; steps by id instead of a list; `edges` or `connections` (`[{source, target, sourceHandle}]`, or `from` and `to`) for `next`; `next` as a text; `data` or `parameters` for `config`; `label` for `name`. At most 512 KiB, 200 steps and 500 expressions. */
  definition?: Record<string, unknown> | null
  /** Whether a draft is stored that meets the schema and still has `problems`. It can be neither published nor executed. Default false: 422 lists every problem. */
  allow_incomplete?: boolean | null
}

export interface GetWorkflowInput {
  workflow_id: string
}

export interface UpdateWorkflowInput {
  workflow_id: string
  /** Not unique. */
  name?: string | null
  description?: string | null
  metadata?: Record<string, unknown> | null
}

export interface DeleteWorkflowInput {
  workflow_id: string
}

export interface GoOfflineWorkflowInput {
  workflow_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
}

export interface CheckWorkflowInput {
  /** As `WorkflowDefinition`. Other forms are accepted and stored in that one: `steps` for `nodes`; steps by id instead of a list; `edges` or `connections` (`[{source, target, sourceHandle}]`, or `from` and `to`) for `next`; `next` as a text; `data` or `parameters` for `config`; `label` for `name`. At most 512 KiB, 200 steps and 500 expressions. */
  definition: Record<string, unknown>
}

export interface GetWorkflowDefinitionSchemaInput {}

export interface ListWorkflowVersionsInput {
  workflow_id: string
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
  status?: 'draft' | 'published' | 'live'
}

export interface CreateWorkflowVersionInput {
  workflow_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** As `WorkflowDefinition`. Other forms are accepted and stored in that one: `steps` for `nodes`; steps by id instead of a list; `edges` or `connections` (`[{source, target, sourceHandle}]`, or `from` and `to`) for `next`; `next` as a text; `data` or `parameters` for `config`; `label` for `name`. At most 512 KiB, 200 steps and 500 expressions. */
  definition?: Record<string, unknown> | null
  /** The version to copy. From 1 to 2147483647. */
  base_version?: number | null
  /** Whether a draft is stored that meets the schema and still has `problems`. It can be neither published nor executed. Default false: 422 lists every problem. */
  allow_incomplete?: boolean | null
}

export interface GetWorkflowVersionInput {
  workflow_id: string
  /** A number; `latest`: the version with the highest number; `live`: the one that is live. */
  version: string
}

export interface UpdateWorkflowVersionInput {
  workflow_id: string
  /** A number; `latest`: the version with the highest number; `live`: the one that is live. */
  version: string
  /** The last `revision` that the caller has seen, quoted or not, or `*`. If it has changed since, the response is 412. */
  if_match?: string
  /** As `WorkflowDefinition`. Other forms are accepted and stored in that one: `steps` for `nodes`; steps by id instead of a list; `edges` or `connections` (`[{source, target, sourceHandle}]`, or `from` and `to`) for `next`; `next` as a text; `data` or `parameters` for `config`; `label` for `name`. At most 512 KiB, 200 steps and 500 expressions. */
  definition: Record<string, unknown>
  /** Whether a draft is stored that meets the schema and still has `problems`. It can be neither published nor executed. Default false: 422 lists every problem. */
  allow_incomplete?: boolean | null
}

export interface DeleteWorkflowVersionInput {
  workflow_id: string
  /** A number; `latest`: the version with the highest number; `live`: the one that is live. */
  version: string
}

export interface PublishWorkflowVersionInput {
  workflow_id: string
  /** A number; `latest`: the version with the highest number; `live`: the one that is live. */
  version: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** The last `revision` that the caller has seen, quoted or not, or `*`. If it has changed since, the response is 412. */
  if_match?: string
}

export interface GoLiveWorkflowVersionInput {
  workflow_id: string
  /** A number; `latest`: the version with the highest number; `live`: the one that is live. */
  version: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** The last `revision` that the caller has seen, quoted or not, or `*`. If it has changed since, the response is 412. */
  if_match?: string
}

export interface CompareWorkflowVersionsInput {
  workflow_id: string
  /** Default `text`. */
  format?: 'text' | 'json'
  /** A number, its text, `latest` or `live`. */
  from_version: number | string
  /** Same as `from_version`. */
  to_version: number | string
}

export interface ExecuteWorkflowInput {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  workflow_id?: string | null
  workflow_version?: number | string | null
  /** Default `{}`. At most 256 KiB. */
  input_data?: Record<string, unknown> | null
  /** An entry, or any other step. Default: the trigger `manual`, the first input, or the only entry. */
  initial_step?: string | null
  /** Instead of `workflow_id`: executed and stored with the execution only. Needs `workflows:manage` (403). As `WorkflowDefinition`. Other forms are accepted and stored in that one: `steps` for `nodes`; steps by id instead of a list; `edges` or `connections` (`[{source, target, sourceHandle}]`, or `from` and `to`) for `next`; `next` as a text; `data` or `parameters` for `config`; `label` for `name`. At most 512 KiB, 200 steps and 500 expressions. */
  definition?: Record<string, unknown> | null
  /** A test: counts nowhere, and takes drafts too. Steps without a mock are carried out with all their effects. Needs `workflows:manage` (403). */
  test?: {
    /** By step id. */
    mocks?: Record<string, WorkflowStepMock> | null
    /** It ends with this step, as a success with its output. */
    stop_after?: string | null
    /** Waits end at once. Default false. */
    skip_waits?: boolean | null
  } | null
}

export interface ExecuteWorkflowAsyncInput {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  workflow_id?: string | null
  workflow_version?: number | string | null
  /** Default `{}`. At most 256 KiB. */
  input_data?: Record<string, unknown> | null
  /** An entry, or any other step. Default: the trigger `manual`, the first input, or the only entry. */
  initial_step?: string | null
  /** Instead of `workflow_id`: executed and stored with the execution only. Needs `workflows:manage` (403). As `WorkflowDefinition`. Other forms are accepted and stored in that one: `steps` for `nodes`; steps by id instead of a list; `edges` or `connections` (`[{source, target, sourceHandle}]`, or `from` and `to`) for `next`; `next` as a text; `data` or `parameters` for `config`; `label` for `name`. At most 512 KiB, 200 steps and 500 expressions. */
  definition?: Record<string, unknown> | null
  /** A test: counts nowhere, and takes drafts too. Steps without a mock are carried out with all their effects. Needs `workflows:manage` (403). */
  test?: {
    /** By step id. */
    mocks?: Record<string, WorkflowStepMock> | null
    /** It ends with this step, as a success with its output. */
    stop_after?: string | null
    /** Waits end at once. Default false. */
    skip_waits?: boolean | null
  } | null
}

export interface RetryExecutionInput {
  execution_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  from_step?: number | string | null
  version?: number | string | null
}

export interface ListWorkflowExecutionsInput {
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
  workflow_id?: string
  /** Only with `workflow_id`. From 1 to 2147483647. */
  version?: number
  /** Can be repeated: any of them. */
  status?: ('queued' | 'running' | 'waiting' | 'success' | 'failed' | 'cancelled')[]
  trigger_type?: 'manual' | 'ongoing_conversation' | 'timer' | 'webhook' | 'event' | 'post_call' | 'pre_call'
  conversation_id?: string
  /** Only tests, or only others. Default false. */
  is_test?: boolean
  /** Of `queued_at`, inclusive. */
  created_after?: string
  /** Of `queued_at`, inclusive. */
  created_before?: string
}

export interface GetWorkflowExecutionInput {
  execution_id: string
}

export interface ListExecutionVisitsInput {
  execution_id: string
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export interface StreamExecutionEventsInput {
  execution_id: string
  /** The number of the last event that the client has seen. `Last-Event-ID` takes precedence. A number beyond the last event is refused (422). */
  after?: number
  /** `EventSource` sends it when it reconnects. */
  last_event_id?: string
}

export interface CancelExecutionInput {
  execution_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
}

export interface CancelExecutionsInput {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** Default: of all workflows. */
  workflow_id?: string | null
  /** Default: all that have not ended. */
  status?: 'queued' | 'running' | 'waiting' | null
  /** Latest `queued_at`, inclusive. Default: now. */
  created_before?: string | null
}

export interface ResumeExecutionInput {
  execution_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** Is `data` in the output of the wait. At most 256 KiB. */
  data?: unknown
}

export interface ListWorkflowConnectionsInput {
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export interface CreateWorkflowConnectionInput {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** Unique in the organization. Steps can name the connection by it. Not `parley`, which is built in. */
  name: string
  description?: string | null
  /** `mcp`: a server of tools over streamable HTTP. `http`: an API with the `operations` here. */
  kind: 'mcp' | 'http'
  /** An http or https address. Private addresses are refused. `{{ secrets.NAME }}` in it is filled. */
  url: string
  /** Sent with every request. `{{ secrets.NAME }}` in values is filled. */
  headers?: Record<string, string> | null
  auth?: WorkflowConnectionAuth | null
  /** The tools that steps may call. Default: all. */
  allowed_tools?: string[] | null
  /** Of each request. A step can be quicker. Default 30000. From 1 to 300000. */
  timeout_ms?: number | null
  /** Only of the kind `http`. */
  operations?: WorkflowConnectionOperation[] | null
}

export interface GetWorkflowConnectionInput {
  connection_id: string
}

export interface UpdateWorkflowConnectionInput {
  connection_id: string
  /** Unique in the organization. Steps can name the connection by it. Not `parley`, which is built in. */
  name?: string | null
  description?: string | null
  /** `mcp`: a server of tools over streamable HTTP. `http`: an API with the `operations` here. */
  kind?: 'mcp' | 'http' | null
  /** An http or https address. Private addresses are refused. `{{ secrets.NAME }}` in it is filled. */
  url?: string | null
  /** Sent with every request. `{{ secrets.NAME }}` in values is filled. */
  headers?: Record<string, string> | null
  auth?: WorkflowConnectionAuth | null
  /** The tools that steps may call. Default: all. */
  allowed_tools?: string[] | null
  /** Of each request. A step can be quicker. Default 30000. From 1 to 300000. */
  timeout_ms?: number | null
  /** Only of the kind `http`. */
  operations?: WorkflowConnectionOperation[] | null
}

export interface DeleteWorkflowConnectionInput {
  connection_id: string
}

export interface ListWorkflowConnectionToolsInput {
  connection_id: string
}

export interface EvaluateExpressionInput {
  /** A text with `{{ … }}`, or without braces one JSONata expression. */
  expression: string
  /** The names that it can use: step ids, `input`, `trigger`, `ctx` and others. At most 1 MiB. Default none. */
  data?: Record<string, unknown> | null
}

export interface GenerateExpressionInput {
  /** What it is to do. */
  description: string
  /** `expression`: JSONata. `cron`: a schedule of five fields. */
  kind: 'expression' | 'cron'
}

export interface ListWorkflowTriggersInput {
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
  workflow_id?: string
  type?: 'manual' | 'ongoing_conversation' | 'timer' | 'webhook' | 'event' | 'post_call' | 'pre_call'
  /** Whether their workflow is live. */
  live?: boolean
}

export interface GetWorkflowTriggerInput {
  trigger_id: string
}

export interface UpdateWorkflowTriggerInput {
  trigger_id: string
  paused: boolean
}

export interface FireWorkflowTriggerInput {
  trigger_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** The payload. Default `{}`. At most 256 KiB. */
  input_data?: Record<string, unknown> | null
}

export interface RotateWorkflowTriggerInput {
  trigger_id: string
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
}

export interface ListWorkflowFiresInput {
  trigger_id: string
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
  outcome?: 'started' | 'duplicate' | 'skipped' | 'refused'
}

export interface ReceiveWorkflowHookInput {
  token: string
}

export interface GetUsageSummaryInput {
  /** Default: the first day of the month of `to`. Without a zone it is UTC. Whole hours: earlier ones are included. */
  from?: string
  /** Exclusive. Default: now. At most 366 days after `from`. */
  to?: string
}

export interface GetUsageInput {
  /** Default: the first day of the month of `to`. Without a zone it is UTC. Whole hours: earlier ones are included. */
  from?: string
  /** Exclusive. Default: now. At most 366 days after `from`. */
  to?: string
  /** Default `day`. Of UTC. */
  bucket?: 'hour' | 'day' | 'month'
  /** Up to two of `agent`, `model`, `provider`, `kind`, `purpose`, `organization`, with a comma. */
  group_by?: string
}

export interface ListUsageEntriesInput {
  agent_id?: string
  conversation_id?: string
  kind?: 'model_call' | 'embedding' | 'speech_to_text' | 'text_to_speech' | 'telephony' | 'email' | 'crawl' | 'workflow_run' | 'correction'
  /** Only entries at this time or later. */
  after?: string
  /** Only entries before this time. */
  before?: string
  /** Default `json`: a page. */
  format?: 'json' | 'ndjson' | 'csv'
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export interface ListPricesInput {
  /** Also those of organizations above and of the installation. */
  inherited?: boolean
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export interface CreatePriceInput {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** `provider/model`. Null: calls without a model. */
  model?: string | null
  kind: 'model_call' | 'embedding' | 'speech_to_text' | 'text_to_speech' | 'telephony' | 'email' | 'crawl' | 'workflow_run'
  /** For 1,000,000 tokens that come from no cache. */
  input?: string | null
  /** For 1,000,000 tokens from a cache. Default: `input`. */
  cached_input?: string | null
  /** For 1,000,000 tokens written to a cache. Default: `input`. */
  cache_write?: string | null
  /** For 1,000,000 tokens. */
  output?: string | null
  tiers?: PriceTier[]
  /** For one unit: a minute, character, message, page or run. */
  unit_price?: string | null
  /** Default: now. Calls from then on have it, until a newer one of the same owner. */
  valid_from?: string
  /** Organizations below cannot set another one. Default false. */
  locked?: boolean
}

export interface DeletePriceInput {
  price_id: string
}

export interface RecalculatePricesInput {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** Inclusive. */
  from: string
  /** Exclusive. */
  to: string
}

export interface GetPartnerUsageInput {
  /** Default: the caller’s. Else one below it. */
  organization_id?: string
  /** Whether those below it are included. Default true. */
  subtree?: boolean
  /** Default: the first day of the month of `to`. Without a zone it is UTC. Whole hours: earlier ones are included. */
  from?: string
  /** Exclusive. Default: now. At most 366 days after `from`. */
  to?: string
}

export interface ListBudgetsInput {
  /** Default: the caller’s. One below it needs `child_organizations:manage`, too. */
  organization_id?: string
  /** Page size, 1 to 100. Default: 20. From 1 to 100. */
  limit?: number
  /** `next_cursor` of the previous page. */
  cursor?: string
}

export interface CreateBudgetInput {
  /** Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization. */
  idempotency_key?: string
  /** Default: the caller’s. One below it needs `child_organizations:manage`, too. */
  organization_id?: string
  name: string
  /** Only what this agent uses. Null: all of the organization. */
  agent_id?: string | null
  /** Also what organizations below use. Not with `agent_id`. Default false. */
  subtree?: boolean
  /** Default `cost`. `tokens`: input and output. `messages`: accepted ones of end users. Lost calls count. */
  unit?: 'cost' | 'tokens' | 'messages' | 'conversations'
  /** Decimal text for `cost`, in the currency of the server; else an integer. More than 0. */
  amount: string | number
  /** Default `month`. A week begins on Monday. */
  period?: 'month' | 'day' | 'week' | 'total'
  /** In which periods begin: an IANA name. Default `UTC`. */
  time_zone?: string
  /** Shares of the amount at which `budget.warned` is sent. Default [0.8]. */
  warn_at?: number[]
  /** Whether nothing further is accepted and no model is called once it is used up. Default false. */
  stop?: boolean
  /** What end users are answered while it is stopped, without a model. */
  message?: string | null
  /** Default true. */
  active?: boolean
}

export interface GetBudgetInput {
  budget_id: string
}

export interface UpdateBudgetInput {
  budget_id: string
  name?: string
  /** Only what this agent uses. Null: all of the organization. */
  agent_id?: string | null
  /** Also what organizations below use. Not with `agent_id`. Default false. */
  subtree?: boolean
  /** Default `cost`. `tokens`: input and output. `messages`: accepted ones of end users. Lost calls count. */
  unit?: 'cost' | 'tokens' | 'messages' | 'conversations'
  /** Decimal text for `cost`, in the currency of the server; else an integer. More than 0. */
  amount?: string | number
  /** Default `month`. A week begins on Monday. */
  period?: 'month' | 'day' | 'week' | 'total'
  /** In which periods begin: an IANA name. Default `UTC`. */
  time_zone?: string
  /** Shares of the amount at which `budget.warned` is sent. Default [0.8]. */
  warn_at?: number[]
  /** Whether nothing further is accepted and no model is called once it is used up. Default false. */
  stop?: boolean
  /** What end users are answered while it is stopped, without a model. */
  message?: string | null
  /** Default true. */
  active?: boolean
}

export interface DeleteBudgetInput {
  budget_id: string
}

export type GetHealthOutput = {
  status: string
}

export type GetReadinessOutput = {
  status: string
}

export type CreateConversationOutput = {
  conversation: Conversation
  starting_message: string | null
}

export type SendConversationMessageOutput = MessageReply

export type EndConversationOutput = EndConversationResponse

export type ImportConversationsOutput = {
  created: number
  unchanged: number
  errors: ImportError[]
}

export type UpdateConversationOutput = Conversation

export type DeleteConversationOutput = void

export type CreateConversationTokenOutput = {
  token: string
  permissions: ('read' | 'message' | 'end' | 'handoff' | 'rate')[]
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  expires_at: string
}

export type ListConversationsOutput = Conversation[]

export type ExportConversationsOutput = Response

export type CountConversationsOutput = {
  count: number
}

export type GetConversationOutput = Conversation

export type ListConversationTurnsOutput = {
  data: Turn[]
  pagination: Pagination
}

export type StreamConversationEventsOutput = void

export type CancelTurnOutput = Turn

export type AnalyzeConversationOutput = Conversation

export type ListConversationAnalysesOutput = {
  data: Analysis[]
}

export type ListConversationChangesOutput = {
  data: ConversationChange[]
  /** Send it as `after` to continue from here, on any node, within 7 days. */
  position: number
  /** Whether there are already more changes after `position`. */
  has_more: boolean
  /** Whether the changes after the given position are no longer kept. If so, list the conversations again. */
  is_reset: boolean
}

export type HandOffConversationOutput = Conversation

export type TakeConversationOutput = Conversation

export type ReplyToConversationOutput = {
  item: TranscriptItem
  conversation: Conversation
}

export type ReturnConversationOutput = Conversation

export type AssignConversationOutput = Conversation

export type SnoozeConversationOutput = Conversation

export type UpdateConversationHandlingOutput = Conversation

export type ListTeamsOutput = {
  data: Team[]
  pagination: Pagination
}

export type CreateTeamOutput = Team

export type GetTeamOutput = Team

export type UpdateTeamOutput = Team

export type DeleteTeamOutput = void

export type ShowPresenceOutput = void

export type ListPresenceOutput = {
  data: Person[]
}

export type UpdateMyPresenceOutput = Person

export type CreateConversationNoteOutput = Note

export type ListConversationNotesOutput = {
  data: Note[]
  pagination: Pagination
}

export type UpdateConversationNoteOutput = Note

export type DeleteConversationNoteOutput = void

export type ListCannedRepliesOutput = {
  data: CannedReply[]
  pagination: Pagination
}

export type CreateCannedReplyOutput = CannedReply

export type GetCannedReplyOutput = CannedReply

export type UpdateCannedReplyOutput = CannedReply

export type DeleteCannedReplyOutput = void

export type RenderCannedReplyOutput = {
  text: string
  /** The names of variables without a value. */
  missing: string[]
}

export type ListInboxOutput = {
  data: InboxRow[]
  pagination: Pagination
}

export type CountInboxOutput = {
  /** By the name of the view. */
  views: Record<string, number>
  /** By the key of the team: those that wait or are held there. */
  teams: Record<string, number>
}

export type ListTagsOutput = {
  data: string[]
}

export type SuggestReplyOutput = void

export type GetConversationBriefOutput = AgentAssistBrief

export type GetAgentAssistBriefOutput = AgentAssistBrief

export type GetHandlingStatisticsOutput = {
  data: HandlingStatisticsRow[]
}

export type RateConversationOutput = Conversation

export type GetStatisticsOutput = Statistics

export type ListAgentsOutput = {
  data: ListedAgent[]
  pagination: Pagination
}

export type CreateAgentOutput = Agent

export type CheckAgentOutput = {
  /** Keys of the configuration that are stored but have no effect. */
  warnings: string[]
}

export type GetAgentOutput = AgentDetail

export type UpdateAgentOutput = Agent

export type DeleteAgentOutput = void

export type ListAgentVersionsOutput = {
  data: AgentVersion[]
  pagination: Pagination
}

export type GetAgentVersionOutput = AgentVersion

export type CreateAgentVersionOutput = AgentVersion

export type UpdateAgentVersionOutput = AgentVersion

export type PublishAgentVersionOutput = Record<string, unknown>[]

export type GetAgentConfigSchemaOutput = Record<string, unknown>

export type CompareAgentVersionsOutput = VersionComparison

export type GenerateAgentInstructionsOutput = AgentVersion

export type ListModelsOutput = {
  data: ListedModel[]
}

export type CreateOrganizationKeyOutput = NewCredential

export type ListOrganizationKeysOutput = {
  data: Credential[]
  pagination: Pagination
}

export type DeleteOrganizationKeyOutput = void

export type CreatePersonalAccessTokenOutput = NewCredential

export type ListPersonalAccessTokensOutput = {
  data: Credential[]
  pagination: Pagination
}

export type DeletePersonalAccessTokenOutput = void

export type GetMyScopesOutput = string[]

export type GetMemberScopesOutput = string[]

export type ListMembersOutput = {
  data: Member[]
  pagination: Pagination
}

export type CreateMemberOutput = NewInvitation

export type UpdateMemberOutput = Member

export type DeleteMemberOutput = void

export type GetOrganizationOutput = Organization

export type UpdateOrganizationOutput = Organization

export type ListAuditLogOutput = {
  data: AuditEntry[]
  pagination: Pagination
}

export type ExportAuditLogOutput = Response

export type ListOrganizationEventsOutput = {
  data: OrganizationEvent[]
  /** Of the newest event. As `after` it means: only what comes next. */
  last_sequence: number
  /** Whether there are more events after the last of `data`. */
  has_more: boolean
}

export type GetMcpSettingsOutput = McpSettings

export type UpdateMcpSettingsOutput = McpSettings

export type CreateInvitationOutput = NewInvitation

export type ListInvitationsOutput = {
  data: Invitation[]
  pagination: Pagination
}

export type DeleteInvitationOutput = void

export type ResendInvitationOutput = NewInvitation

export type ListReceivedInvitationsOutput = {
  data: ReceivedInvitation[]
  pagination: Pagination
}

export type AcceptReceivedInvitationOutput = {
  organization: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    id: string
    name: string
    slug: string
  }
  role: 'admin' | 'responder' | 'viewer'
}

export type DeclineReceivedInvitationOutput = void

export type ReadInvitationOutput = {
  organization: {
    name: string
  }
  email: string
  role: 'admin' | 'responder' | 'viewer'
  name: string | null
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  expires_at: string
  /** What accepting requires: a new password, the existing password of the user, or a session if the user has no password. */
  needs: 'new_password' | 'password' | 'sign_in'
}

export type AcceptInvitationOutput = SignInSession

export type DeclineInvitationOutput = void

export type ListOrganizationsOutput = {
  data: JoinedOrganization[]
  pagination: Pagination
}

export type CreateOrganizationOutput = JoinedOrganization

export type GetSlugAvailabilityOutput = {
  slug: string
  available: boolean
  /** Why not; null if it is free. */
  reason: 'taken' | 'reserved' | 'invalid' | null
  /** A similar one that is free; null if this one is. */
  suggestion: string | null
}

export type DeleteOrganizationOutput = {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  deleted_at: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  slug_reserved_until: string
}

export type ListChildOrganizationsOutput = {
  data: ChildOrganization[]
  pagination: Pagination
}

export type SearchChildOrganizationsOutput = {
  data: FoundOrganization[]
  pagination: Pagination
}

export type CreateChildOrganizationOutput = ChildOrganization

export type GetChildOrganizationOutput = ChildOrganization

export type UpdateChildOrganizationOutput = ChildOrganization

export type ListChildMembersOutput = {
  data: Member[]
  pagination: Pagination
}

export type UpdateChildMemberOutput = Member

export type DeleteChildMemberOutput = void

export type ListChildInvitationsOutput = {
  data: Invitation[]
  pagination: Pagination
}

export type CreateChildInvitationOutput = NewInvitation

export type StartViewOutput = {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  id: string
  /** `pvt_…`, for `Authorization: Bearer`. */
  token: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  expires_at: string
  scopes: string[]
}

export type StartViewInSessionOutput = SignInSession

export type ListViewsOutput = {
  data: ActiveView[]
}

export type StopViewOutput = void

export type SignInOutput = SignInSession

export type GetSignInSessionOutput = {
  session: SignInSession | null
  ways: {
    password: boolean
    api_key: boolean
    /** The identity provider; null without one. */
    openid: {
      name: string
    } | null
  }
}

export type SignOutOutput = void

export type SignOutEverywhereOutput = void

export type SwitchOrganizationOutput = SignInSession

export type ChangePasswordOutput = void

export type StartOpenIdSignInOutput = {
  authorization_url: string
}

export type FinishOpenIdSignInOutput = void

export type ListWebhookEndpointsOutput = {
  data: WebhookEndpoint[]
  pagination: Pagination
}

export type CreateWebhookEndpointOutput = NewWebhookEndpoint

export type GetWebhookEndpointOutput = WebhookEndpoint

export type UpdateWebhookEndpointOutput = WebhookEndpoint

export type DeleteWebhookEndpointOutput = void

export type RotateWebhookSecretOutput = NewWebhookEndpoint

export type TestWebhookEndpointOutput = WebhookDelivery

export type ListWebhookDeliveriesOutput = {
  data: WebhookDelivery[]
  pagination: Pagination
}

export type ListConversationDeliveriesOutput = {
  data: WebhookDelivery[]
  pagination: Pagination
}

export type RedeliverWebhookDeliveryOutput = WebhookDelivery

export type RedeliverWebhookDeliveriesOutput = {
  redelivered: number
  /** If set, there may be more: call again with this as `after`. */
  continue_after: string | null
}

export type SetSecretOutput = Secret

export type ListSecretsOutput = {
  data: Secret[]
  pagination: Pagination
}

export type DeleteSecretOutput = void

export type CreateDatasetOutput = Dataset

export type ListDatasetsOutput = {
  data: Dataset[]
  pagination: Pagination
}

export type GetDatasetOutput = Dataset

export type UpdateDatasetOutput = Dataset

export type DeleteDatasetOutput = {
  message: string
  /** Ours. The agents whose versions still name it. */
  agents: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    id: string
    name: string
  }[]
}

export type QueryDatasetOutput = DatasetQueryAnswer

export type ReembedDatasetOutput = Dataset

export type StreamDatasetProgressOutput = void

export type ListDatasetRetrievalsOutput = {
  data: DatasetRetrieval[]
  pagination: Pagination
}

export type GetKnowledgeCapabilitiesOutput = KnowledgeCapabilities

export type ListDatasetSourcesOutput = {
  data: DatasetSource[]
  pagination: Pagination
}

export type AttachSourcesOutput = DatasetSource[]

export type AttachSourcesByPatternOutput = DatasetSource[]

export type GetDatasetSourceOutput = DatasetSource

export type UpdateDatasetSourceOutput = DatasetSource

export type DetachSourceOutput = Message

export type ReprocessDatasetSourceOutput = DatasetSource

export type ListDatasetSourceChunksOutput = {
  data: Chunk[]
  pagination: Pagination
}

export type CreateSourcesOutput = UploadableSource[]

export type ListSourcesOutput = {
  data: Source[]
  pagination: Pagination
}

export type GetSourceOutput = SourceInDatasets

export type UpdateSourceOutput = Source

export type DeleteSourceOutput = void

export type CreateSourceUploadUrlOutput = UploadableSource

export type UploadSourceOutput = void

export type GetSourceFileOutput = Response

export type GetSourceMarkdownOutput = Response

export type CrawlSourceOutput = Source

export type CancelSourceCrawlOutput = Source

export type ListSourceCrawlsOutput = {
  data: Crawl[]
  pagination: Pagination
}

export type ListCrawlPagesOutput = {
  data: CrawlPage[]
  pagination: Pagination
}

export type GetChunkOutput = NamedChunk

export type ListWebWidgetsOutput = {
  data: WebWidget[]
  pagination: Pagination
}

export type CreateWebWidgetOutput = WebWidget

export type GetWebWidgetOutput = WebWidget

export type UpdateWebWidgetOutput = WebWidget

export type DeleteWebWidgetOutput = void

export type CreateWebWidgetIdentityKeyOutput = NewWebWidgetIdentityKey

export type ListWebWidgetIdentityKeysOutput = {
  data: WebWidgetIdentityKey[]
  pagination: Pagination
}

export type DeleteWebWidgetIdentityKeyOutput = void

export type CreateWebWidgetBlockOutput = WebWidgetBlock

export type ListWebWidgetBlocksOutput = {
  data: WebWidgetBlock[]
  pagination: Pagination
}

export type DeleteWebWidgetBlockOutput = void

export type RevokeWebWidgetVisitorsOutput = {
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  revoked_before: string
}

export type PreviewWebWidgetOutput = {
  url: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  expires_at: string
}

export type CheckWebWidgetOutput = {
  /** Whether the address answered with a page, within 10 seconds. False for a private address that `PARLEY_CRAWL_ALLOW_PRIVATE_HOSTS` does not name. */
  reachable: boolean
  /** Null: the page could not be read. */
  snippet_found: boolean | null
  /** Whether `domains` permits the site, after redirects. */
  origin_listed: boolean
  /** Whether the page’s Content Security Policy permits the script and the frame. Null: the page could not be read. */
  csp_allows: boolean | null
}

export type AutoBrandWebWidgetOutput = {
  domain: string
  title: string | null
  description: string | null
  colors: {
    hex: string
    name: string
  }[]
  logos: ({
    url: string
    type: 'icon' | 'logo'
    /** The background that it is for; null: unknown. */
    mode: 'light' | 'dark' | null
    resolution: {
      width: number
      height: number
      aspect_ratio: number
    } | null
    colors: {
      hex: string
      name: string
    }[]
  })[]
  /** A proposed change of `config`: the keys to replace. */
  config: {
    /** Default `system`. */
    theme?: 'system' | 'light' | 'dark' | null
    /** Default `text`. `voice` acts as `text`, with a warning. */
    default_mode?: 'text' | 'voice' | null
    /** Whether opening the widget starts a conversation; otherwise the form or the first message does. Default false. */
    start_conversation_on_toggle?: boolean | null
    chat?: {
      /** `user_message` and `controls_button` are those of AnyReach; the others are ours. */
      light_mode?: {
        user_message?: {
          /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          background_color?: string | null
          /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          text_color?: string | null
        } | null
        controls_button?: {
          /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          background_color?: string | null
          /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          text_color?: string | null
        } | null
        agent_message?: {
          /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          background_color?: string | null
          /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          text_color?: string | null
        } | null
        surface?: {
          /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          background_color?: string | null
          /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          text_color?: string | null
        } | null
        header?: {
          /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          background_color?: string | null
          /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          text_color?: string | null
        } | null
        launcher?: {
          /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          background_color?: string | null
          /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          text_color?: string | null
        } | null
        link?: {
          /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          background_color?: string | null
          /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          text_color?: string | null
        } | null
      } | null
      /** `user_message` and `controls_button` are those of AnyReach; the others are ours. */
      dark_mode?: {
        user_message?: {
          /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          background_color?: string | null
          /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          text_color?: string | null
        } | null
        controls_button?: {
          /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          background_color?: string | null
          /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          text_color?: string | null
        } | null
        agent_message?: {
          /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          background_color?: string | null
          /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          text_color?: string | null
        } | null
        surface?: {
          /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          background_color?: string | null
          /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          text_color?: string | null
        } | null
        header?: {
          /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          background_color?: string | null
          /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          text_color?: string | null
        } | null
        launcher?: {
          /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          background_color?: string | null
          /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          text_color?: string | null
        } | null
        link?: {
          /** Background: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          background_color?: string | null
          /** Text: `#rgb`, `#rrggbb`, `#rrggbbaa`, or empty for the built-in color. */
          text_color?: string | null
        } | null
      } | null
      /** Default: the shape of the trigger. */
      avatar_shape?: 'circle' | 'square' | null
      /** Default: the name of the agent. Ours. */
      title?: string | null
      /** Ours. */
      subtitle?: string | null
      /** The https address of a picture. Shown beside what the agent says. Ours. */
      avatar_url?: string | null
      /** Pixels. Default 400. Ours. From 320 to 640. */
      width?: number | null
      /** Pixels. Default 640. Ours. From 400 to 900. */
      height?: number | null
      /** Pixels. Default 16. Ours. From 0 to 24. */
      radius?: number | null
    } | null
    trigger?: {
      /** Default `circle`. */
      shape?: 'circle' | 'square' | null
      /** Pixels. Default 56. From 40 to 72. */
      size?: number | null
      /** Pixels. From 0 to 40. */
      padding?: number | null
      /** Default `bottom-right`. An underscore is stored as a hyphen. Ours. */
      position?: 'bottom-right' | 'bottom-left' | 'bottom_right' | 'bottom_left' | null
      /** Pixels. Default 20. Ours. From 0 to 200. */
      offset_x?: number | null
      /** Pixels. Default 20. Ours. From 0 to 200. */
      offset_y?: number | null
      /** The https address of a picture. Shown in the launcher. Ours. */
      icon_url?: string | null
      /** Shown beside the icon. Ours. */
      label?: string | null
      /** Default 2147483000. Ours. From 0 to 2147483647. */
      z_index?: number | null
      /** Whether the site opens the widget by itself, without a launcher. Ours. Default false. */
      hidden?: boolean | null
      /** Where the launcher is. Default `all`. Ours. */
      devices?: 'all' | 'desktop' | 'mobile' | null
      /** The paths of the site that have the launcher. Ours. */
      paths?: {
        /** Globs such as `/help/**`. Default: every path. */
        include?: string[] | null
        /** Wins over `include`. */
        exclude?: string[] | null
      } | null
    } | null
    /** What a visitor can ask with one press. Items `{text}` and `{question}` are accepted too. */
    suggested_questions?: (string | {
      text?: string | null
      question?: string | null
    })[] | null
    /** Another name of `suggested_questions`. */
    suggestedQuestions?: (string | {
      text?: string | null
      question?: string | null
    })[] | null
    /** A bubble at the closed launcher. Ours. */
    greeting?: {
      text: string
      /** Default 3. From 0 to 600. */
      delay_seconds?: number | null
      /** `once`: in each browser. Default `once`. */
      frequency?: 'once' | 'always' | null
    } | null
    pre_conversation_form?: FormDefinition | null
    /** Whether a browser that has filled in the form skips it, until its fields change. Default true. */
    pre_conversation_show_once?: boolean | null
    post_conversation_feedback?: {
      /** Default true. */
      enabled?: boolean | null
      thank_you_text?: string | null
      form?: FormDefinition | null
      /** `stars`: 1 to 5; `thumbs`: `up` or `down`. Default `stars`. Ours. */
      rating?: 'stars' | 'thumbs' | 'none' | null
    } | null
    /** The languages that visitors can have. Default: all. Ours. */
    locales?: ('en' | 'de' | 'fr' | 'es' | 'pt' | 'it' | 'nl' | 'pl' | 'tr' | 'ar' | 'ja' | 'zh')[] | null
    /** Default null: the browser’s, else `en` or the first of `locales`. Ours. */
    default_locale?: 'en' | 'de' | 'fr' | 'es' | 'pt' | 'it' | 'nl' | 'pl' | 'tr' | 'ar' | 'ja' | 'zh' | null
    /** Texts by language and key, instead of those that the widget has. Ours. */
    texts?: {
      en?: Record<string, string> | null
      de?: Record<string, string> | null
      fr?: Record<string, string> | null
      es?: Record<string, string> | null
      pt?: Record<string, string> | null
      it?: Record<string, string> | null
      nl?: Record<string, string> | null
      pl?: Record<string, string> | null
      tr?: Record<string, string> | null
      ar?: Record<string, string> | null
      ja?: Record<string, string> | null
      zh?: Record<string, string> | null
    } | null
    /** Hosts whose https pictures load in cards, such as `cdn.example.com`; `["*"]`: any. Others are shown as a link. Default: none. Ours. */
    image_hosts?: string[] | null
    /** Ours. Default true. */
    end_button?: boolean | null
    /** Ours. Default true. */
    stop_button?: boolean | null
    /** Shown if the version hands off. Ours. Default true. */
    person_button?: boolean | null
    /** Ours. Default true. */
    history?: boolean | null
    /** Ours. Default true. */
    transcript_download?: boolean | null
    /** Ours. Default false. */
    sounds?: boolean | null
    /** Where the browser keeps the visitor’s token. `host_page`: in the storage of the page, whose scripts can read it. Default `frame`. Ours. */
    storage?: 'frame' | 'host_page' | null
  }
}

export type GetWebWidgetStatisticsOutput = {
  data: {
    date: string
    conversations: number
    /** Of visitors. */
    messages: number
    /** Of input and output. */
    tokens: number
    /** By limit. */
    refusals: {
      conversations_per_address_hour?: number
      conversations_per_visitor_day?: number
      messages_per_address_minute?: number
      messages_per_conversation_minute?: number
      messages_per_conversation?: number
      message_characters?: number
      conversations_per_day?: number
      active_conversations?: number
      tokens_per_day?: number
    }
    feedback: {
      count: number
      /** Of ratings from 1 to 5, where `up` is 5 and `down` is 1; null without any. */
      average: number | null
    }
  }[]
}

export type GetPublicWebWidgetOutput = PublicWebWidget

export type EnterWebWidgetOutput = {
  visitor_token: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  expires_at: string
  visitor: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    id: string
    /** `guest_…`, or the verified one. */
    user_id: string
    verified: boolean
    /** As the site signed it. */
    name: string | null
  }
  active: StartedConversation | null
}

export type StartWebWidgetConversationOutput = StartedConversation

export type ListVisitorConversationsOutput = {
  data: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    id: string
    status: 'token_created' | 'triggered' | 'ringing' | 'in_progress' | 'completed' | 'failed' | 'cancelled' | 'transferred' | 'unanswered'
    /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
    created_at: string
    /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
    ended_at: string | null
    /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
    last_activity_at: string
    /** The beginning of the last message, 120 characters. */
    last_text: string | null
    /** Messages of the agent that the visitor has not seen; at most 100. */
    unread: number
    feedback_given: boolean
  }[]
  pagination: Pagination
}

export type CreateVisitorConversationTokenOutput = {
  token: string
  permissions: ('read' | 'message' | 'end' | 'handoff' | 'rate')[]
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  expires_at: string
}

export type UpdateVisitorConversationOutput = void

export type ReadVisitorConversationOutput = void

export type GiveConversationFeedbackOutput = {
  accepted: true
}

export type GiveFeedbackOutput = {
  accepted: true
}

export type ListWorkflowsOutput = {
  data: Workflow[]
  pagination: Pagination
}

export type CreateWorkflowOutput = Workflow

export type GetWorkflowOutput = Workflow

export type UpdateWorkflowOutput = Workflow

export type DeleteWorkflowOutput = void

export type GoOfflineWorkflowOutput = Workflow

export type CheckWorkflowOutput = {
  problems: WorkflowProblem[]
  warnings: string[]
}

export type GetWorkflowDefinitionSchemaOutput = Record<string, unknown>

export type ListWorkflowVersionsOutput = {
  data: WorkflowVersion[]
  pagination: Pagination
}

export type CreateWorkflowVersionOutput = WorkflowVersion

export type GetWorkflowVersionOutput = WorkflowVersion

export type UpdateWorkflowVersionOutput = WorkflowVersion

export type DeleteWorkflowVersionOutput = void

export type PublishWorkflowVersionOutput = WorkflowVersion

export type GoLiveWorkflowVersionOutput = WorkflowVersion

export type CompareWorkflowVersionsOutput = VersionComparison

export type ExecuteWorkflowOutput = {
  status: 'success'
  /** UUID. Those that the server creates are version 7 and sort by time. */
  execution_id: string
  output: unknown
} | {
  status: 'failed'
  /** UUID. Those that the server creates are version 7 and sort by time. */
  execution_id: string
  error: WorkflowExecutionError
}

export type ExecuteWorkflowAsyncOutput = {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  execution_id: string
  status: 'queued'
}

export type RetryExecutionOutput = {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  execution_id: string
  status: 'queued'
}

export type ListWorkflowExecutionsOutput = {
  data: WorkflowExecution[]
  pagination: Pagination
}

export type GetWorkflowExecutionOutput = WorkflowExecution

export type ListExecutionVisitsOutput = {
  data: WorkflowVisit[]
  pagination: Pagination
}

export type StreamExecutionEventsOutput = void

export type CancelExecutionOutput = WorkflowExecution

export type CancelExecutionsOutput = {
  cancelled: number
  /** If set, there may be more, from this `queued_at` on: send the same request again. */
  continue_after: string | null
}

export type ResumeExecutionOutput = WorkflowExecution

export type ListWorkflowConnectionsOutput = {
  data: WorkflowConnection[]
  pagination: Pagination
}

export type CreateWorkflowConnectionOutput = WorkflowConnection

export type GetWorkflowConnectionOutput = WorkflowConnection

export type UpdateWorkflowConnectionOutput = WorkflowConnection

export type DeleteWorkflowConnectionOutput = void

export type ListWorkflowConnectionToolsOutput = {
  data: WorkflowTool[]
}

export type EvaluateExpressionOutput = {
  value?: unknown
  error?: {
    code: 'input_invalid' | 'expression_failed' | 'ai_failed' | 'budget_exceeded' | 'code_failed' | 'http_failed' | 'http_status' | 'address_refused' | 'response_too_large' | 'app_failed' | 'unknown_outcome' | 'output_invalid' | 'output_too_large' | 'context_too_large' | 'loop_limit' | 'step_limit' | 'timed_out' | 'not_started' | 'internal'
    message: string
  }
}

export type GenerateExpressionOutput = {
  text: string
  problems: WorkflowProblem[]
}

export type ListWorkflowTriggersOutput = {
  data: WorkflowTrigger[]
  pagination: Pagination
}

export type GetWorkflowTriggerOutput = WorkflowTrigger

export type UpdateWorkflowTriggerOutput = WorkflowTrigger

export type FireWorkflowTriggerOutput = {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  execution_id: string
  status: 'queued'
}

export type RotateWorkflowTriggerOutput = WorkflowTrigger

export type ListWorkflowFiresOutput = {
  data: WorkflowFire[]
  pagination: Pagination
}

export type ReceiveWorkflowHookOutput = {
  /** UUID. Those that the server creates are version 7 and sort by time. */
  execution_id: string
  duplicate?: boolean
}

export type GetUsageSummaryOutput = UsageSummary

export type GetUsageOutput = {
  data: UsageRow[]
  currency: string
}

export type ListUsageEntriesOutput = {
  data: UsageEntry[]
  pagination: Pagination
}

export type ListPricesOutput = {
  data: Price[]
  pagination: Pagination
}

export type CreatePriceOutput = Price

export type DeletePriceOutput = void

export type RecalculatePricesOutput = {
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  from: string
  /** RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z. */
  to: string
}

export type GetPartnerUsageOutput = PartnerUsage

export type ListBudgetsOutput = {
  data: Budget[]
  pagination: Pagination
}

export type CreateBudgetOutput = Budget

export type GetBudgetOutput = Budget

export type UpdateBudgetOutput = Budget

export type DeleteBudgetOutput = void

export interface SendConversationMessageEvents {
  'turn.started': {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    /** Starts at 1. */
    attempt: number
  }
  'message.delta': {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    text: string
  }
  'tool_call.started': {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    call_id: string
    name: string
    arguments: Record<string, unknown>
  }
  'tool_call.completed': {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    call_id: string
    name: string
    arguments: Record<string, unknown>
    output: unknown
    is_error: boolean
    latency_ms: number | null
  }
  'retrieval.completed': {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    /** UUID. Those that the server creates are version 7 and sort by time. */
    id: string
    /** The tool call that asked; null if it was implicit. */
    call_id: string | null
    /** `implicit`: before the model was called; `action`, `tool`: by a call of it. */
    kind: 'implicit' | 'action' | 'tool'
    /** Null: nothing was searched. */
    retrieval_mode: 'hybrid' | 'full_text' | 'vector' | null
    /** What the search had to do without. */
    degraded: ('embedding_timeout' | 'embedding_failed' | 'vectors_incomplete' | 'full_text_timeout' | 'vector_timeout' | 'rerank_failed' | 'dataset_missing')[]
    /** `skipped`: the query has fewer than two letters or digits. `failed`, `timed_out`: no dataset could be searched. */
    outcome: 'found' | 'nothing' | 'skipped' | 'failed' | 'timed_out'
    latency_ms: number
    /** Best first. */
    chunks: RetrievedChunk[]
  }
  widget: {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    type: 'detail'
    /** One thing in detail. */
    data: {
      /** Heading. */
      title: string
      /** Below the heading. */
      subtitle?: string
      /** A paragraph. */
      description?: string
      /** An https address of a picture. */
      image?: string
      /** The same as `image`, which comes first. */
      image_url?: string
      /** As shown to the end user, with its currency. */
      price?: string
      /** Buttons. */
      actions?: {
        /** What the button says. */
        label: string
        /** Sent as the end user when it is pressed. */
        message?: string
        /** Opened when it is pressed: https, mailto or tel. */
        url?: string
      }[]
      /** A paragraph, shown as it is. */
      text?: string
      /** Longer text in Markdown. Its links are https, mailto or tel; HTML is shown as text. */
      body?: string
      /** The https address that this comes from, shown as a link. */
      source?: string
      /** Rows of a label and a value. */
      fields?: {
        /** Name. */
        label: string
        /** Value. */
        value: string
      }[]
    }
  } | {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    type: 'carousel'
    /** Several cards side by side. */
    data: {
      /** Heading. */
      title?: string
      /** The cards. */
      items: {
        /** Heading. */
        title: string
        /** Below the heading. */
        subtitle?: string
        /** A paragraph. */
        description?: string
        /** An https address of a picture. */
        image?: string
        /** The same as `image`, which comes first. */
        image_url?: string
        /** As shown to the end user, with its currency. */
        price?: string
        /** Buttons. */
        actions?: {
          /** What the button says. */
          label: string
          /** Sent as the end user when it is pressed. */
          message?: string
          /** Opened when it is pressed: https, mailto or tel. */
          url?: string
        }[]
        /** Stars, from 0 to 5. From 0 to 5. */
        rating?: number
        /** The button that adds it to the cart. */
        add_to_cart?: {
          /** What the button says. */
          label: string
          /** Sent as the end user when it is pressed. */
          message?: string
          /** Opened when it is pressed: https, mailto or tel. */
          url?: string
        }
      }[]
    }
  } | {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    type: 'info'
    /** A notice, as text or as rows of a label and a value. */
    data: {
      /** Heading. */
      title?: string
      /** What to know. Needed if there are no `rows`. */
      text?: string
      /** Rows of a label and a value. Needed if there is no `text`. */
      rows?: {
        /** Name. */
        label: string
        /** Value. */
        value: string
      }[]
      /** Default `info`. */
      level?: 'info' | 'success' | 'warning' | 'error'
    }
  } | {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    type: 'list'
    /** Rows below each other. */
    data: {
      /** Heading. */
      title?: string
      /** The rows. */
      items: {
        /** Of the row. */
        title: string
        /** Below it. */
        description?: string
        /** At the end of the row. */
        value?: string
        /** An https address of a picture. */
        image_url?: string
        action?: {
          /** What the button says. */
          label: string
          /** Sent as the end user when it is pressed. */
          message?: string
          /** Opened when it is pressed: https, mailto or tel. */
          url?: string
        }
      }[]
    }
  } | {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    type: 'action_grid'
    /** A grid of buttons. */
    data: {
      /** Heading. */
      title?: string
      /** The buttons. */
      actions: {
        /** What the button says. */
        label: string
        /** Sent as the end user when it is pressed. */
        message?: string
        /** Opened when it is pressed: https, mailto or tel. */
        url?: string
      }[]
    }
  } | {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    type: 'collect_otp'
    /** A field for a one-time code. */
    data: {
      /** Heading. */
      title?: string
      /** What is asked for. */
      prompt?: string
      /** Digits; default 6. From 4 to 10. */
      length?: number
      /** Of the button. */
      submit_label?: string
    }
  } | {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    type: 'collect_phone_number'
    /** A field for a phone number. */
    data: {
      /** Heading. */
      title?: string
      /** What is asked for. */
      prompt?: string
      /** ISO 3166-1 alpha-2, as in `DE`. */
      default_country?: string
      /** Of the button. */
      submit_label?: string
    }
  } | {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    type: 'order_tracker'
    /** How far an order has come. */
    data: {
      /** As the end user knows it. */
      order_number: string
      /** In a few words. */
      status?: string
      /** In order. */
      steps: {
        /** What happens. */
        label: string
        state: 'done' | 'current' | 'upcoming'
        /** When, as shown to the end user. */
        at?: string
      }[]
      /** Who delivers. */
      carrier?: string
      tracking_url?: string
      /** As shown to the end user. */
      estimated_delivery?: string
    }
  } | {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    type: 'comparison'
    /** A table that compares. */
    data: {
      /** Heading. */
      title?: string
      columns: string[]
      /** One value for each column. */
      rows: {
        /** By what. */
        label: string
        values: string[]
      }[]
    }
  } | {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    type: 'form'
    /** A form that the agent can show in rich conversations. */
    data: {
      /** Its tool is `show_form_<id>`. */
      id: string
      /** A name for authors. */
      name?: string | null
      title?: string | null
      /** Shown below the title, and the description of the form's tool. Default of the tool, as on AnyReach: "Show the '<name>' form to collect structured data from the user." */
      description?: string | null
      submit_label?: string | null
      fields: {
        /** Unique within the form. */
        id: string
        label: string
        /** `multiselect` means the same as `multi_select`. The end user does not see `hidden`. */
        type: 'text' | 'textarea' | 'email' | 'phone' | 'number' | 'date' | 'time' | 'select' | 'multi_select' | 'multiselect' | 'radio' | 'checkbox' | 'rating' | 'hidden'
        /** Default false. */
        required?: boolean | null
        /** For `select`, `multi_select` and `radio`. */
        options?: string[] | null
        /** Of `number`: the smallest value. */
        min?: number | null
        /** Of `number`: the largest value. Of `rating`: how many stars, 3 to 10; default 5. */
        max?: number | null
        /** Of `hidden`: what is sent with the answers. */
        value?: string | null
        [name: string]: unknown
      }[]
      [name: string]: unknown
    }
  }
  'turn.restarted': {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    /** Starts at 1. */
    attempt: number
  }
  'turn.completed': MessageReply
  'turn.failed': ErrorBody
  'turn.cancelled': ErrorBody
}

export interface StreamConversationEventsEvents {
  'conversation.created': ConversationEvent
  'conversation.started': ConversationEvent
  'conversation.ended': ConversationEvent
  'conversation.analyzed': ConversationEvent
  'conversation.analysis_failed': ConversationEvent
  'conversation.updated': ConversationEvent
  'conversation.feedback': ConversationEvent
  'conversation.deleted': ConversationEvent
  'conversation.handoff_requested': ConversationEvent
  'conversation.handoff_declined': ConversationEvent
  'conversation.assigned': ConversationEvent
  'conversation.unassigned': ConversationEvent
  'conversation.taken': ConversationEvent
  'conversation.returned': ConversationEvent
  'conversation.note_added': ConversationEvent
  'conversation.note_changed': ConversationEvent
  'conversation.note_deleted': ConversationEvent
  'conversation.snoozed': ConversationEvent
  'conversation.woken': ConversationEvent
  'conversation.handling_updated': ConversationEvent
  'conversation.sla_warning': ConversationEvent
  'conversation.sla_breached': ConversationEvent
  'conversation.rated': ConversationEvent
  'message.created': ConversationEvent
  'turn.queued': ConversationEvent
  'turn.started': ConversationEvent
  'turn.completed': ConversationEvent
  'turn.failed': ConversationEvent
  'turn.cancelled': ConversationEvent
  'tool_call.completed': ConversationEvent
  'widget.shown': ConversationEvent
  'retrieval.completed': ConversationEvent
  'message.snapshot': {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    text: string
  }
  'message.delta': {
    /** UUID. Those that the server creates are version 7 and sort by time. */
    turn_id: string
    text: string
  }
  typing: {
    by: {
      type: 'end_user' | 'user'
      /** Of a person; null for conversation tokens. */
      id: string | null
      /** For conversation tokens: the name that end users are shown. */
      name: string | null
    }
    /** Lapses after 6 seconds. */
    typing: boolean
  }
  presence: {
    /** Who has the conversation open now. */
    viewers: {
      user_id: string
      name: string | null
      state: 'viewing' | 'typing' | 'idle'
    }[]
    /** How many more than 50 there are. */
    more_viewers: number
  }
}

export interface ListConversationChangesEvents {
  position: {
    /** Send it as `after` to continue from here, on any node, within 7 days. */
    position: number
  }
  reset: {
    /** Send it as `after` to continue from here, on any node, within 7 days. */
    position: number
  }
  change: ConversationChange
  progress: ConversationProgress
  presence: PresenceChange
}

export interface SuggestReplyEvents {
  'suggestion.delta': {
    text: string
  }
  'suggestion.completed': {
    /** All deltas, joined. */
    text: string
  }
  'suggestion.failed': ErrorBody
}

export interface ListOrganizationEventsEvents {
  'organization.created': OrganizationEvent
  'organization.updated': OrganizationEvent
  'organization.suspended': OrganizationEvent
  'organization.deleted': OrganizationEvent
  'member.joined': OrganizationEvent
  'member.updated': OrganizationEvent
  'member.removed': OrganizationEvent
  'invitation.created': OrganizationEvent
  'invitation.accepted': OrganizationEvent
  'invitation.declined': OrganizationEvent
  'invitation.expired': OrganizationEvent
  'invitation.revoked': OrganizationEvent
  'credential.created': OrganizationEvent
  'credential.deleted': OrganizationEvent
  'view_as.started': OrganizationEvent
  'view_as.ended': OrganizationEvent
  'webhook.disabled': OrganizationEvent
  'dataset.created': OrganizationEvent
  'dataset.updated': OrganizationEvent
  'dataset.deleted': OrganizationEvent
  'dataset.reembedded': OrganizationEvent
  'dataset.reembedding_failed': OrganizationEvent
  'source.created': OrganizationEvent
  'source.updated': OrganizationEvent
  'source.deleted': OrganizationEvent
  'source.crawled': OrganizationEvent
  'source.crawl_failed': OrganizationEvent
  'dataset_source.created': OrganizationEvent
  'dataset_source.ready': OrganizationEvent
  'dataset_source.failed': OrganizationEvent
  'dataset_source.deleted': OrganizationEvent
  'web_widget.created': OrganizationEvent
  'web_widget.updated': OrganizationEvent
  'web_widget.deleted': OrganizationEvent
  'web_widget.limit_reached': OrganizationEvent
  'workflow.published': OrganizationEvent
  'workflow.went_live': OrganizationEvent
  'workflow.went_offline': OrganizationEvent
  'workflow_trigger.skipped': OrganizationEvent
  'budget.warned': OrganizationEvent
  'budget.stopped': OrganizationEvent
  'budget.resumed': OrganizationEvent
}

export interface StreamDatasetProgressEvents {
  snapshot: {
    attachments: DatasetSource[]
    is_complete: boolean
  }
  attachment: DatasetSource
  detached: {
    id: string
  }
}

export interface StreamExecutionEventsEvents {
  'workflow_execution.queued': WorkflowExecutionEvent
  'workflow_execution.started': WorkflowExecutionEvent
  'workflow_execution.waiting': WorkflowExecutionEvent
  'workflow_execution.resumed': WorkflowExecutionEvent
  'workflow_execution.completed': WorkflowExecutionEvent
  'workflow_execution.failed': WorkflowExecutionEvent
  'workflow_execution.cancelled': WorkflowExecutionEvent
  'workflow_step.started': WorkflowExecutionEvent
  'workflow_step.retrying': WorkflowExecutionEvent
  'workflow_step.completed': WorkflowExecutionEvent
  'workflow_step.failed': WorkflowExecutionEvent
}

/** The input of each operation: its path, query, headers and body in one object. */
export interface Inputs {
  getHealth: GetHealthInput
  getReadiness: GetReadinessInput
  createConversation: CreateConversationInput
  sendConversationMessage: SendConversationMessageInput
  endConversation: EndConversationInput
  importConversations: ImportConversationsInput
  updateConversation: UpdateConversationInput
  deleteConversation: DeleteConversationInput
  createConversationToken: CreateConversationTokenInput
  listConversations: ListConversationsInput
  exportConversations: ExportConversationsInput
  countConversations: CountConversationsInput
  getConversation: GetConversationInput
  listConversationTurns: ListConversationTurnsInput
  streamConversationEvents: StreamConversationEventsInput
  cancelTurn: CancelTurnInput
  analyzeConversation: AnalyzeConversationInput
  listConversationAnalyses: ListConversationAnalysesInput
  listConversationChanges: ListConversationChangesInput
  handOffConversation: HandOffConversationInput
  takeConversation: TakeConversationInput
  replyToConversation: ReplyToConversationInput
  returnConversation: ReturnConversationInput
  assignConversation: AssignConversationInput
  snoozeConversation: SnoozeConversationInput
  updateConversationHandling: UpdateConversationHandlingInput
  listTeams: ListTeamsInput
  createTeam: CreateTeamInput
  getTeam: GetTeamInput
  updateTeam: UpdateTeamInput
  deleteTeam: DeleteTeamInput
  showPresence: ShowPresenceInput
  listPresence: ListPresenceInput
  updateMyPresence: UpdateMyPresenceInput
  createConversationNote: CreateConversationNoteInput
  listConversationNotes: ListConversationNotesInput
  updateConversationNote: UpdateConversationNoteInput
  deleteConversationNote: DeleteConversationNoteInput
  listCannedReplies: ListCannedRepliesInput
  createCannedReply: CreateCannedReplyInput
  getCannedReply: GetCannedReplyInput
  updateCannedReply: UpdateCannedReplyInput
  deleteCannedReply: DeleteCannedReplyInput
  renderCannedReply: RenderCannedReplyInput
  listInbox: ListInboxInput
  countInbox: CountInboxInput
  listTags: ListTagsInput
  suggestReply: SuggestReplyInput
  getConversationBrief: GetConversationBriefInput
  getAgentAssistBrief: GetAgentAssistBriefInput
  getHandlingStatistics: GetHandlingStatisticsInput
  rateConversation: RateConversationInput
  getStatistics: GetStatisticsInput
  listAgents: ListAgentsInput
  createAgent: CreateAgentInput
  checkAgent: CheckAgentInput
  getAgent: GetAgentInput
  updateAgent: UpdateAgentInput
  deleteAgent: DeleteAgentInput
  listAgentVersions: ListAgentVersionsInput
  getAgentVersion: GetAgentVersionInput
  createAgentVersion: CreateAgentVersionInput
  updateAgentVersion: UpdateAgentVersionInput
  publishAgentVersion: PublishAgentVersionInput
  getAgentConfigSchema: GetAgentConfigSchemaInput
  compareAgentVersions: CompareAgentVersionsInput
  generateAgentInstructions: GenerateAgentInstructionsInput
  listModels: ListModelsInput
  createOrganizationKey: CreateOrganizationKeyInput
  listOrganizationKeys: ListOrganizationKeysInput
  deleteOrganizationKey: DeleteOrganizationKeyInput
  createPersonalAccessToken: CreatePersonalAccessTokenInput
  listPersonalAccessTokens: ListPersonalAccessTokensInput
  deletePersonalAccessToken: DeletePersonalAccessTokenInput
  getMyScopes: GetMyScopesInput
  getMemberScopes: GetMemberScopesInput
  listMembers: ListMembersInput
  createMember: CreateMemberInput
  updateMember: UpdateMemberInput
  deleteMember: DeleteMemberInput
  getOrganization: GetOrganizationInput
  updateOrganization: UpdateOrganizationInput
  listAuditLog: ListAuditLogInput
  exportAuditLog: ExportAuditLogInput
  listOrganizationEvents: ListOrganizationEventsInput
  getMcpSettings: GetMcpSettingsInput
  updateMcpSettings: UpdateMcpSettingsInput
  createInvitation: CreateInvitationInput
  listInvitations: ListInvitationsInput
  deleteInvitation: DeleteInvitationInput
  resendInvitation: ResendInvitationInput
  listReceivedInvitations: ListReceivedInvitationsInput
  acceptReceivedInvitation: AcceptReceivedInvitationInput
  declineReceivedInvitation: DeclineReceivedInvitationInput
  readInvitation: ReadInvitationInput
  acceptInvitation: AcceptInvitationInput
  declineInvitation: DeclineInvitationInput
  listOrganizations: ListOrganizationsInput
  createOrganization: CreateOrganizationInput
  getSlugAvailability: GetSlugAvailabilityInput
  deleteOrganization: DeleteOrganizationInput
  listChildOrganizations: ListChildOrganizationsInput
  searchChildOrganizations: SearchChildOrganizationsInput
  createChildOrganization: CreateChildOrganizationInput
  getChildOrganization: GetChildOrganizationInput
  updateChildOrganization: UpdateChildOrganizationInput
  listChildMembers: ListChildMembersInput
  updateChildMember: UpdateChildMemberInput
  deleteChildMember: DeleteChildMemberInput
  listChildInvitations: ListChildInvitationsInput
  createChildInvitation: CreateChildInvitationInput
  startView: StartViewInput
  startViewInSession: StartViewInSessionInput
  listViews: ListViewsInput
  stopView: StopViewInput
  signIn: SignInInput
  getSignInSession: GetSignInSessionInput
  signOut: SignOutInput
  signOutEverywhere: SignOutEverywhereInput
  switchOrganization: SwitchOrganizationInput
  changePassword: ChangePasswordInput
  startOpenIdSignIn: StartOpenIdSignInInput
  finishOpenIdSignIn: FinishOpenIdSignInInput
  listWebhookEndpoints: ListWebhookEndpointsInput
  createWebhookEndpoint: CreateWebhookEndpointInput
  getWebhookEndpoint: GetWebhookEndpointInput
  updateWebhookEndpoint: UpdateWebhookEndpointInput
  deleteWebhookEndpoint: DeleteWebhookEndpointInput
  rotateWebhookSecret: RotateWebhookSecretInput
  testWebhookEndpoint: TestWebhookEndpointInput
  listWebhookDeliveries: ListWebhookDeliveriesInput
  listConversationDeliveries: ListConversationDeliveriesInput
  redeliverWebhookDelivery: RedeliverWebhookDeliveryInput
  redeliverWebhookDeliveries: RedeliverWebhookDeliveriesInput
  setSecret: SetSecretInput
  listSecrets: ListSecretsInput
  deleteSecret: DeleteSecretInput
  createDataset: CreateDatasetInput
  listDatasets: ListDatasetsInput
  getDataset: GetDatasetInput
  updateDataset: UpdateDatasetInput
  deleteDataset: DeleteDatasetInput
  queryDataset: QueryDatasetInput
  reembedDataset: ReembedDatasetInput
  streamDatasetProgress: StreamDatasetProgressInput
  listDatasetRetrievals: ListDatasetRetrievalsInput
  getKnowledgeCapabilities: GetKnowledgeCapabilitiesInput
  listDatasetSources: ListDatasetSourcesInput
  attachSources: AttachSourcesInput
  attachSourcesByPattern: AttachSourcesByPatternInput
  getDatasetSource: GetDatasetSourceInput
  updateDatasetSource: UpdateDatasetSourceInput
  detachSource: DetachSourceInput
  reprocessDatasetSource: ReprocessDatasetSourceInput
  listDatasetSourceChunks: ListDatasetSourceChunksInput
  createSources: CreateSourcesInput
  listSources: ListSourcesInput
  getSource: GetSourceInput
  updateSource: UpdateSourceInput
  deleteSource: DeleteSourceInput
  createSourceUploadUrl: CreateSourceUploadUrlInput
  uploadSource: UploadSourceInput
  getSourceFile: GetSourceFileInput
  getSourceMarkdown: GetSourceMarkdownInput
  crawlSource: CrawlSourceInput
  cancelSourceCrawl: CancelSourceCrawlInput
  listSourceCrawls: ListSourceCrawlsInput
  listCrawlPages: ListCrawlPagesInput
  getChunk: GetChunkInput
  listWebWidgets: ListWebWidgetsInput
  createWebWidget: CreateWebWidgetInput
  getWebWidget: GetWebWidgetInput
  updateWebWidget: UpdateWebWidgetInput
  deleteWebWidget: DeleteWebWidgetInput
  createWebWidgetIdentityKey: CreateWebWidgetIdentityKeyInput
  listWebWidgetIdentityKeys: ListWebWidgetIdentityKeysInput
  deleteWebWidgetIdentityKey: DeleteWebWidgetIdentityKeyInput
  createWebWidgetBlock: CreateWebWidgetBlockInput
  listWebWidgetBlocks: ListWebWidgetBlocksInput
  deleteWebWidgetBlock: DeleteWebWidgetBlockInput
  revokeWebWidgetVisitors: RevokeWebWidgetVisitorsInput
  previewWebWidget: PreviewWebWidgetInput
  checkWebWidget: CheckWebWidgetInput
  autoBrandWebWidget: AutoBrandWebWidgetInput
  getWebWidgetStatistics: GetWebWidgetStatisticsInput
  getPublicWebWidget: GetPublicWebWidgetInput
  enterWebWidget: EnterWebWidgetInput
  startWebWidgetConversation: StartWebWidgetConversationInput
  listVisitorConversations: ListVisitorConversationsInput
  createVisitorConversationToken: CreateVisitorConversationTokenInput
  updateVisitorConversation: UpdateVisitorConversationInput
  readVisitorConversation: ReadVisitorConversationInput
  giveConversationFeedback: GiveConversationFeedbackInput
  giveFeedback: GiveFeedbackInput
  listWorkflows: ListWorkflowsInput
  createWorkflow: CreateWorkflowInput
  getWorkflow: GetWorkflowInput
  updateWorkflow: UpdateWorkflowInput
  deleteWorkflow: DeleteWorkflowInput
  goOfflineWorkflow: GoOfflineWorkflowInput
  checkWorkflow: CheckWorkflowInput
  getWorkflowDefinitionSchema: GetWorkflowDefinitionSchemaInput
  listWorkflowVersions: ListWorkflowVersionsInput
  createWorkflowVersion: CreateWorkflowVersionInput
  getWorkflowVersion: GetWorkflowVersionInput
  updateWorkflowVersion: UpdateWorkflowVersionInput
  deleteWorkflowVersion: DeleteWorkflowVersionInput
  publishWorkflowVersion: PublishWorkflowVersionInput
  goLiveWorkflowVersion: GoLiveWorkflowVersionInput
  compareWorkflowVersions: CompareWorkflowVersionsInput
  executeWorkflow: ExecuteWorkflowInput
  executeWorkflowAsync: ExecuteWorkflowAsyncInput
  retryExecution: RetryExecutionInput
  listWorkflowExecutions: ListWorkflowExecutionsInput
  getWorkflowExecution: GetWorkflowExecutionInput
  listExecutionVisits: ListExecutionVisitsInput
  streamExecutionEvents: StreamExecutionEventsInput
  cancelExecution: CancelExecutionInput
  cancelExecutions: CancelExecutionsInput
  resumeExecution: ResumeExecutionInput
  listWorkflowConnections: ListWorkflowConnectionsInput
  createWorkflowConnection: CreateWorkflowConnectionInput
  getWorkflowConnection: GetWorkflowConnectionInput
  updateWorkflowConnection: UpdateWorkflowConnectionInput
  deleteWorkflowConnection: DeleteWorkflowConnectionInput
  listWorkflowConnectionTools: ListWorkflowConnectionToolsInput
  evaluateExpression: EvaluateExpressionInput
  generateExpression: GenerateExpressionInput
  listWorkflowTriggers: ListWorkflowTriggersInput
  getWorkflowTrigger: GetWorkflowTriggerInput
  updateWorkflowTrigger: UpdateWorkflowTriggerInput
  fireWorkflowTrigger: FireWorkflowTriggerInput
  rotateWorkflowTrigger: RotateWorkflowTriggerInput
  listWorkflowFires: ListWorkflowFiresInput
  receiveWorkflowHook: ReceiveWorkflowHookInput
  getUsageSummary: GetUsageSummaryInput
  getUsage: GetUsageInput
  listUsageEntries: ListUsageEntriesInput
  listPrices: ListPricesInput
  createPrice: CreatePriceInput
  deletePrice: DeletePriceInput
  recalculatePrices: RecalculatePricesInput
  getPartnerUsage: GetPartnerUsageInput
  listBudgets: ListBudgetsInput
  createBudget: CreateBudgetInput
  getBudget: GetBudgetInput
  updateBudget: UpdateBudgetInput
  deleteBudget: DeleteBudgetInput
}

/** What each operation answers. */
export interface Outputs {
  getHealth: GetHealthOutput
  getReadiness: GetReadinessOutput
  createConversation: CreateConversationOutput
  sendConversationMessage: SendConversationMessageOutput
  endConversation: EndConversationOutput
  importConversations: ImportConversationsOutput
  updateConversation: UpdateConversationOutput
  deleteConversation: DeleteConversationOutput
  createConversationToken: CreateConversationTokenOutput
  listConversations: ListConversationsOutput
  exportConversations: ExportConversationsOutput
  countConversations: CountConversationsOutput
  getConversation: GetConversationOutput
  listConversationTurns: ListConversationTurnsOutput
  streamConversationEvents: StreamConversationEventsOutput
  cancelTurn: CancelTurnOutput
  analyzeConversation: AnalyzeConversationOutput
  listConversationAnalyses: ListConversationAnalysesOutput
  listConversationChanges: ListConversationChangesOutput
  handOffConversation: HandOffConversationOutput
  takeConversation: TakeConversationOutput
  replyToConversation: ReplyToConversationOutput
  returnConversation: ReturnConversationOutput
  assignConversation: AssignConversationOutput
  snoozeConversation: SnoozeConversationOutput
  updateConversationHandling: UpdateConversationHandlingOutput
  listTeams: ListTeamsOutput
  createTeam: CreateTeamOutput
  getTeam: GetTeamOutput
  updateTeam: UpdateTeamOutput
  deleteTeam: DeleteTeamOutput
  showPresence: ShowPresenceOutput
  listPresence: ListPresenceOutput
  updateMyPresence: UpdateMyPresenceOutput
  createConversationNote: CreateConversationNoteOutput
  listConversationNotes: ListConversationNotesOutput
  updateConversationNote: UpdateConversationNoteOutput
  deleteConversationNote: DeleteConversationNoteOutput
  listCannedReplies: ListCannedRepliesOutput
  createCannedReply: CreateCannedReplyOutput
  getCannedReply: GetCannedReplyOutput
  updateCannedReply: UpdateCannedReplyOutput
  deleteCannedReply: DeleteCannedReplyOutput
  renderCannedReply: RenderCannedReplyOutput
  listInbox: ListInboxOutput
  countInbox: CountInboxOutput
  listTags: ListTagsOutput
  suggestReply: SuggestReplyOutput
  getConversationBrief: GetConversationBriefOutput
  getAgentAssistBrief: GetAgentAssistBriefOutput
  getHandlingStatistics: GetHandlingStatisticsOutput
  rateConversation: RateConversationOutput
  getStatistics: GetStatisticsOutput
  listAgents: ListAgentsOutput
  createAgent: CreateAgentOutput
  checkAgent: CheckAgentOutput
  getAgent: GetAgentOutput
  updateAgent: UpdateAgentOutput
  deleteAgent: DeleteAgentOutput
  listAgentVersions: ListAgentVersionsOutput
  getAgentVersion: GetAgentVersionOutput
  createAgentVersion: CreateAgentVersionOutput
  updateAgentVersion: UpdateAgentVersionOutput
  publishAgentVersion: PublishAgentVersionOutput
  getAgentConfigSchema: GetAgentConfigSchemaOutput
  compareAgentVersions: CompareAgentVersionsOutput
  generateAgentInstructions: GenerateAgentInstructionsOutput
  listModels: ListModelsOutput
  createOrganizationKey: CreateOrganizationKeyOutput
  listOrganizationKeys: ListOrganizationKeysOutput
  deleteOrganizationKey: DeleteOrganizationKeyOutput
  createPersonalAccessToken: CreatePersonalAccessTokenOutput
  listPersonalAccessTokens: ListPersonalAccessTokensOutput
  deletePersonalAccessToken: DeletePersonalAccessTokenOutput
  getMyScopes: GetMyScopesOutput
  getMemberScopes: GetMemberScopesOutput
  listMembers: ListMembersOutput
  createMember: CreateMemberOutput
  updateMember: UpdateMemberOutput
  deleteMember: DeleteMemberOutput
  getOrganization: GetOrganizationOutput
  updateOrganization: UpdateOrganizationOutput
  listAuditLog: ListAuditLogOutput
  exportAuditLog: ExportAuditLogOutput
  listOrganizationEvents: ListOrganizationEventsOutput
  getMcpSettings: GetMcpSettingsOutput
  updateMcpSettings: UpdateMcpSettingsOutput
  createInvitation: CreateInvitationOutput
  listInvitations: ListInvitationsOutput
  deleteInvitation: DeleteInvitationOutput
  resendInvitation: ResendInvitationOutput
  listReceivedInvitations: ListReceivedInvitationsOutput
  acceptReceivedInvitation: AcceptReceivedInvitationOutput
  declineReceivedInvitation: DeclineReceivedInvitationOutput
  readInvitation: ReadInvitationOutput
  acceptInvitation: AcceptInvitationOutput
  declineInvitation: DeclineInvitationOutput
  listOrganizations: ListOrganizationsOutput
  createOrganization: CreateOrganizationOutput
  getSlugAvailability: GetSlugAvailabilityOutput
  deleteOrganization: DeleteOrganizationOutput
  listChildOrganizations: ListChildOrganizationsOutput
  searchChildOrganizations: SearchChildOrganizationsOutput
  createChildOrganization: CreateChildOrganizationOutput
  getChildOrganization: GetChildOrganizationOutput
  updateChildOrganization: UpdateChildOrganizationOutput
  listChildMembers: ListChildMembersOutput
  updateChildMember: UpdateChildMemberOutput
  deleteChildMember: DeleteChildMemberOutput
  listChildInvitations: ListChildInvitationsOutput
  createChildInvitation: CreateChildInvitationOutput
  startView: StartViewOutput
  startViewInSession: StartViewInSessionOutput
  listViews: ListViewsOutput
  stopView: StopViewOutput
  signIn: SignInOutput
  getSignInSession: GetSignInSessionOutput
  signOut: SignOutOutput
  signOutEverywhere: SignOutEverywhereOutput
  switchOrganization: SwitchOrganizationOutput
  changePassword: ChangePasswordOutput
  startOpenIdSignIn: StartOpenIdSignInOutput
  finishOpenIdSignIn: FinishOpenIdSignInOutput
  listWebhookEndpoints: ListWebhookEndpointsOutput
  createWebhookEndpoint: CreateWebhookEndpointOutput
  getWebhookEndpoint: GetWebhookEndpointOutput
  updateWebhookEndpoint: UpdateWebhookEndpointOutput
  deleteWebhookEndpoint: DeleteWebhookEndpointOutput
  rotateWebhookSecret: RotateWebhookSecretOutput
  testWebhookEndpoint: TestWebhookEndpointOutput
  listWebhookDeliveries: ListWebhookDeliveriesOutput
  listConversationDeliveries: ListConversationDeliveriesOutput
  redeliverWebhookDelivery: RedeliverWebhookDeliveryOutput
  redeliverWebhookDeliveries: RedeliverWebhookDeliveriesOutput
  setSecret: SetSecretOutput
  listSecrets: ListSecretsOutput
  deleteSecret: DeleteSecretOutput
  createDataset: CreateDatasetOutput
  listDatasets: ListDatasetsOutput
  getDataset: GetDatasetOutput
  updateDataset: UpdateDatasetOutput
  deleteDataset: DeleteDatasetOutput
  queryDataset: QueryDatasetOutput
  reembedDataset: ReembedDatasetOutput
  streamDatasetProgress: StreamDatasetProgressOutput
  listDatasetRetrievals: ListDatasetRetrievalsOutput
  getKnowledgeCapabilities: GetKnowledgeCapabilitiesOutput
  listDatasetSources: ListDatasetSourcesOutput
  attachSources: AttachSourcesOutput
  attachSourcesByPattern: AttachSourcesByPatternOutput
  getDatasetSource: GetDatasetSourceOutput
  updateDatasetSource: UpdateDatasetSourceOutput
  detachSource: DetachSourceOutput
  reprocessDatasetSource: ReprocessDatasetSourceOutput
  listDatasetSourceChunks: ListDatasetSourceChunksOutput
  createSources: CreateSourcesOutput
  listSources: ListSourcesOutput
  getSource: GetSourceOutput
  updateSource: UpdateSourceOutput
  deleteSource: DeleteSourceOutput
  createSourceUploadUrl: CreateSourceUploadUrlOutput
  uploadSource: UploadSourceOutput
  getSourceFile: GetSourceFileOutput
  getSourceMarkdown: GetSourceMarkdownOutput
  crawlSource: CrawlSourceOutput
  cancelSourceCrawl: CancelSourceCrawlOutput
  listSourceCrawls: ListSourceCrawlsOutput
  listCrawlPages: ListCrawlPagesOutput
  getChunk: GetChunkOutput
  listWebWidgets: ListWebWidgetsOutput
  createWebWidget: CreateWebWidgetOutput
  getWebWidget: GetWebWidgetOutput
  updateWebWidget: UpdateWebWidgetOutput
  deleteWebWidget: DeleteWebWidgetOutput
  createWebWidgetIdentityKey: CreateWebWidgetIdentityKeyOutput
  listWebWidgetIdentityKeys: ListWebWidgetIdentityKeysOutput
  deleteWebWidgetIdentityKey: DeleteWebWidgetIdentityKeyOutput
  createWebWidgetBlock: CreateWebWidgetBlockOutput
  listWebWidgetBlocks: ListWebWidgetBlocksOutput
  deleteWebWidgetBlock: DeleteWebWidgetBlockOutput
  revokeWebWidgetVisitors: RevokeWebWidgetVisitorsOutput
  previewWebWidget: PreviewWebWidgetOutput
  checkWebWidget: CheckWebWidgetOutput
  autoBrandWebWidget: AutoBrandWebWidgetOutput
  getWebWidgetStatistics: GetWebWidgetStatisticsOutput
  getPublicWebWidget: GetPublicWebWidgetOutput
  enterWebWidget: EnterWebWidgetOutput
  startWebWidgetConversation: StartWebWidgetConversationOutput
  listVisitorConversations: ListVisitorConversationsOutput
  createVisitorConversationToken: CreateVisitorConversationTokenOutput
  updateVisitorConversation: UpdateVisitorConversationOutput
  readVisitorConversation: ReadVisitorConversationOutput
  giveConversationFeedback: GiveConversationFeedbackOutput
  giveFeedback: GiveFeedbackOutput
  listWorkflows: ListWorkflowsOutput
  createWorkflow: CreateWorkflowOutput
  getWorkflow: GetWorkflowOutput
  updateWorkflow: UpdateWorkflowOutput
  deleteWorkflow: DeleteWorkflowOutput
  goOfflineWorkflow: GoOfflineWorkflowOutput
  checkWorkflow: CheckWorkflowOutput
  getWorkflowDefinitionSchema: GetWorkflowDefinitionSchemaOutput
  listWorkflowVersions: ListWorkflowVersionsOutput
  createWorkflowVersion: CreateWorkflowVersionOutput
  getWorkflowVersion: GetWorkflowVersionOutput
  updateWorkflowVersion: UpdateWorkflowVersionOutput
  deleteWorkflowVersion: DeleteWorkflowVersionOutput
  publishWorkflowVersion: PublishWorkflowVersionOutput
  goLiveWorkflowVersion: GoLiveWorkflowVersionOutput
  compareWorkflowVersions: CompareWorkflowVersionsOutput
  executeWorkflow: ExecuteWorkflowOutput
  executeWorkflowAsync: ExecuteWorkflowAsyncOutput
  retryExecution: RetryExecutionOutput
  listWorkflowExecutions: ListWorkflowExecutionsOutput
  getWorkflowExecution: GetWorkflowExecutionOutput
  listExecutionVisits: ListExecutionVisitsOutput
  streamExecutionEvents: StreamExecutionEventsOutput
  cancelExecution: CancelExecutionOutput
  cancelExecutions: CancelExecutionsOutput
  resumeExecution: ResumeExecutionOutput
  listWorkflowConnections: ListWorkflowConnectionsOutput
  createWorkflowConnection: CreateWorkflowConnectionOutput
  getWorkflowConnection: GetWorkflowConnectionOutput
  updateWorkflowConnection: UpdateWorkflowConnectionOutput
  deleteWorkflowConnection: DeleteWorkflowConnectionOutput
  listWorkflowConnectionTools: ListWorkflowConnectionToolsOutput
  evaluateExpression: EvaluateExpressionOutput
  generateExpression: GenerateExpressionOutput
  listWorkflowTriggers: ListWorkflowTriggersOutput
  getWorkflowTrigger: GetWorkflowTriggerOutput
  updateWorkflowTrigger: UpdateWorkflowTriggerOutput
  fireWorkflowTrigger: FireWorkflowTriggerOutput
  rotateWorkflowTrigger: RotateWorkflowTriggerOutput
  listWorkflowFires: ListWorkflowFiresOutput
  receiveWorkflowHook: ReceiveWorkflowHookOutput
  getUsageSummary: GetUsageSummaryOutput
  getUsage: GetUsageOutput
  listUsageEntries: ListUsageEntriesOutput
  listPrices: ListPricesOutput
  createPrice: CreatePriceOutput
  deletePrice: DeletePriceOutput
  recalculatePrices: RecalculatePricesOutput
  getPartnerUsage: GetPartnerUsageOutput
  listBudgets: ListBudgetsOutput
  createBudget: CreateBudgetOutput
  getBudget: GetBudgetOutput
  updateBudget: UpdateBudgetOutput
  deleteBudget: DeleteBudgetOutput
}

export interface Methods {
  /** Check that the process is alive. */
  getHealth(input?: GetHealthInput, options?: CallOptions): Promise<GetHealthOutput>
  /**
   * Check that the server accepts requests.
   * It does while the database answers and the server is not shutting down. While it brings its database up to date at a start, every request but `/healthz` is answered 503 `migrating`.
   */
  getReadiness(input?: GetReadinessInput, options?: CallOptions): Promise<GetReadinessOutput>
  /**
   * Create a conversation.
   * Text conversations need exactly one of `agent_id`, `agent_version_id` and `agent_config`. A configuration that uses secrets also needs `agents:manage` (403); one that names datasets needs `sources:read`, `sources:manage` or `agents:manage`, and one that executes workflows `agents:manage`. If a workflow is executed before the conversation, the call waits for it, up to 60 seconds, and answers the conversation as it is then: `in_progress`, `cancelled` or `failed`.
   */
  createConversation(input: CreateConversationInput, options?: CallOptions): Promise<CreateConversationOutput>
  /**
   * Send a message and get the agent's reply.
   * If the body of the response has a `turn_id`, the message is stored; otherwise it is not. A message with a `client_id` that the conversation has already is not stored again (409 `message_stored`, with its `turn_id`), even after its `Idempotency-Key` is forgotten. With `Accept: text/event-stream` the turn is streamed; an error before it is plain JSON. The deltas since the last `turn.restarted`, joined, are the `reply`.
   */
  sendConversationMessage(input: SendConversationMessageInput, options?: CallOptions): Promise<SendConversationMessageOutput>
  /**
   * End a text conversation.
   * One commit completes the conversation and cancels its turns; nothing is added to the transcript afterwards. Ending a completed conversation returns it unchanged. With `conversations:reply` alone, members can end what they hold, and a key what the person of another desk holds whom it names as `external` (422 without).
   */
  endConversation(input: EndConversationInput, options?: CallOptions): Promise<EndConversationOutput>
  /**
   * Import conversations from another system.
   * Only inserts, and each row completely or not at all. A row with an existing `id` is `unchanged` if its content is the same, and an error otherwise. An interrupted call keeps the rows that it stored; sent again with its `Idempotency-Key`, it continues and counts them as `created`.
   */
  importConversations(input: ImportConversationsInput, options?: CallOptions): Promise<ImportConversationsOutput>
  /**
   * Change a conversation's metadata.
   * A JSON merge patch (RFC 7396) of `custom_metadata`, possible in every status until the content is purged. Metadata are not redacted.
   */
  updateConversation(input: UpdateConversationInput, options?: CallOptions): Promise<UpdateConversationOutput>
  /**
   * Delete a conversation.
   * An active conversation is ended first. Its content is removed; a record without content stays for audits. Events that have not been delivered to webhook endpoints are removed too: only `conversation.deleted` is still delivered.
   */
  deleteConversation(input: DeleteConversationInput, options?: CallOptions): Promise<DeleteConversationOutput>
  /**
   * Create a token for one conversation.
   * For browsers: a bearer token that acts as the end user of this conversation only. It can see messages and widgets; tool calls, their arguments and their results are omitted everywhere, including replies and their streams. With `message` it can cancel turns.
   */
  createConversationToken(input: CreateConversationTokenInput, options?: CallOptions): Promise<CreateConversationTokenOutput>
  /**
   * List conversations, newest first.
   * A page shorter than `limit` is the last one. The `Link` header has the address of the next page (`rel="next"`). After 4 MiB of sensitive fields, or the limit that the server is configured with, the remaining conversations have `sensitive_omitted` instead of these fields. With `include=conversation` each has its transcript, newest conversation first, up to 16 MiB or four times that limit; from the first that does not fit completely on, they have `conversation_omitted`.
   */
  listConversations(input?: ListConversationsInput, options?: CallOptions): Promise<ListConversationsOutput>
  /**
   * Export conversations with their transcripts, newest first.
   * NDJSON: one conversation a line, as `importConversations` takes it. The server reads page after page while the response is read, each as it is then, so set `created_before` to a fixed time to get no conversation that begins meanwhile. A response that breaks off goes on with `cursor`. A conversation of more than 16 MiB is a line with its `id` and an `error`. A client that reads less than 16 KiB in 30 seconds is disconnected.
   */
  exportConversations(input?: ExportConversationsInput, options?: CallOptions): Promise<ExportConversationsOutput>
  /** Count conversations. */
  countConversations(input?: CountConversationsInput, options?: CallOptions): Promise<CountConversationsOutput>
  /**
   * Read a conversation.
   * A response has at most 4 MiB of the transcript, or the limit that the server is configured with. If there is more, `conversation.next_position` is set: repeat the call with it as `items_from` until it is absent.
   */
  getConversation(input: GetConversationInput, options?: CallOptions): Promise<GetConversationOutput>
  /** List a conversation's turns, oldest first. */
  listConversationTurns(input: ListConversationTurnsInput, options?: CallOptions): Promise<ListConversationTurnsOutput>
  /**
   * Cancel a turn.
   * Text that was already generated is kept and marked `interrupted`. Cancelling a final turn returns it unchanged. A conversation token gets the turn without its tokens.
   */
  cancelTurn(input: CancelTurnInput, options?: CallOptions): Promise<CancelTurnOutput>
  /**
   * Analyze an ended conversation again.
   * A job does it, as the conversation’s agent version says; its result is the event `conversation.analyzed` or `conversation.analysis_failed`. The present summary and analysis stay until new ones replace them, and `listConversationAnalyses` lists the earlier results. If the agent version does not analyze conversations when they end, a summary is written.
   */
  analyzeConversation(input: AnalyzeConversationInput, options?: CallOptions): Promise<AnalyzeConversationOutput>
  /**
   * List the results of a conversation's analyses, newest first.
   * The first is `analysis` of the conversation; after it at most 20 earlier results, of which the oldest are deleted. Runs without a result are not listed. A summary that was imported, or written by an earlier version, is listed with the fields that are known.
   */
  listConversationAnalyses(input: ListConversationAnalysesInput, options?: CallOptions): Promise<ListConversationAnalysesOutput>
  /**
   * List or stream the conversations that are new or have changed.
   * A conversation changes when it is created, starts, ends, is analyzed or deleted, and when its metadata change. A message is not a change and has no position: within a second the stream reports as `progress` which conversations have new messages, with their current turn counts, and does not repeat it to clients that resume. Each change has the conversation in its current state, as `listConversations` returns it, or null if it was deleted; of several changes in quick succession, only the last one is reported. Without `after` the feed begins now: to miss nothing, read the position first and then list the conversations. With `Accept: text/event-stream` the response is an open-ended stream: first `position`, or `reset` if the changes after the given position are no longer kept, in which case list the conversations again; then a `change` for each. The server closes the stream after some minutes; a client that resumes with `Last-Event-ID` misses nothing. Changes that the caller may not see are skipped.
   */
  listConversationChanges(input?: ListConversationChangesInput, options?: CallOptions): Promise<ListConversationChangesOutput>
  /**
   * Ask for a person.
   * The agent is silent from this commit on: its running turn is cut (`taken_over`), and the messages that wait are given to people. While the conversation waits already, nothing changes. A conversation token may send only `text`; it counts towards `max_per_conversation`.
   */
  handOffConversation(input: HandOffConversationInput, options?: CallOptions): Promise<HandOffConversationOutput>
  /**
   * Take a conversation over.
   * From this commit on only the caller answers; a running turn of the agent is cut (`taken_over`). Of several takes at once one wins; the others get 409 `conversation_taken` with `assignee` and `taken_at`. For the holder nothing changes.
   */
  takeConversation(input: TakeConversationInput, options?: CallOptions): Promise<TakeConversationOutput>
  /**
   * Answer the end user as a person.
   * Stored once and in order, as a message of the assistant with its author, or refused with nothing stored. It cannot be changed afterwards.
   */
  replyToConversation(input: ReplyToConversationInput, options?: CallOptions): Promise<ReplyToConversationOutput>
  /**
   * Give a conversation back to its agent.
   * The agent sees what people wrote. By the person who holds it; with `conversations:manage` any; while it waits, by callers with `conversations:reply`, and by the end user. With the agent already, nothing changes.
   */
  returnConversation(input: ReturnConversationInput, options?: CallOptions): Promise<ReturnConversationOutput>
  /**
   * Offer a conversation to a person or a team.
   * Exactly one of `user_id`, `team` and `nobody`. To oneself: the same as taking it. To another person: an offer, which they accept by taking it. A person who holds it lets it go. `nobody` by the one to whom it was offered declines the offer.
   */
  assignConversation(input: AssignConversationInput, options?: CallOptions): Promise<AssignConversationOutput>
  /**
   * Put a conversation aside until a time, or wake it.
   * Only its holder. Snoozed, it counts for no offer and no time but `until`.
   */
  snoozeConversation(input: SnoozeConversationInput, options?: CallOptions): Promise<SnoozeConversationOutput>
  /**
   * Change the priority and the tags of a conversation.
   * Given tags replace those it has. Tags can be changed in every status, the priority only while the conversation is active.
   */
  updateConversationHandling(input: UpdateConversationHandlingInput, options?: CallOptions): Promise<UpdateConversationHandlingOutput>
  /** List teams, newest first. */
  listTeams(input?: ListTeamsInput, options?: CallOptions): Promise<ListTeamsOutput>
  /** Create a team. */
  createTeam(input: CreateTeamInput, options?: CallOptions): Promise<CreateTeamOutput>
  /** Read a team. */
  getTeam(input: GetTeamInput, options?: CallOptions): Promise<GetTeamOutput>
  /**
   * Change the given fields of a team.
   * Objects that are given replace the stored ones whole. Waits that have begun keep their rules.
   */
  updateTeam(input: UpdateTeamInput, options?: CallOptions): Promise<UpdateTeamOutput>
  /**
   * Delete a team.
   * What waits there, or is held there, goes to the team `move_to`, or to the default team, soon after.
   */
  deleteTeam(input: DeleteTeamInput, options?: CallOptions): Promise<DeleteTeamOutput>
  /**
   * Say that one looks at a conversation, or types.
   * Lapses after 45 seconds, `typing` after 6: repeat it before. The text that is being typed is never sent. A conversation token may say `typing` and `idle`.
   */
  showPresence(input: ShowPresenceInput, options?: CallOptions): Promise<ShowPresenceOutput>
  /** List who can answer, with their availability and load. */
  listPresence(input?: ListPresenceInput, options?: CallOptions): Promise<ListPresenceOutput>
  /**
   * Say whether one is available.
   * Only available people who are online are offered conversations; three offers missed in a row make a person `away`. Repeat it within 45 seconds to stay online, or read the feed with `with=presence`. Only members have an availability: an organization key gets 403.
   */
  updateMyPresence(input?: UpdateMyPresenceInput, options?: CallOptions): Promise<UpdateMyPresenceOutput>
  /**
   * Write a note on a conversation.
   * In every status, until the content is purged. The end user never sees notes.
   */
  createConversationNote(input: CreateConversationNoteInput, options?: CallOptions): Promise<CreateConversationNoteOutput>
  /** List a conversation's notes, oldest first. */
  listConversationNotes(input: ListConversationNotesInput, options?: CallOptions): Promise<ListConversationNotesOutput>
  /**
   * Change a note.
   * Only its author can; anybody else gets 403.
   */
  updateConversationNote(input: UpdateConversationNoteInput, options?: CallOptions): Promise<UpdateConversationNoteOutput>
  /**
   * Delete a note.
   * Its author can, and callers with `conversations:manage`; anybody else gets 403.
   */
  deleteConversationNote(input: DeleteConversationNoteInput, options?: CallOptions): Promise<DeleteConversationNoteOutput>
  /** List canned replies by shortcut. */
  listCannedReplies(input?: ListCannedRepliesInput, options?: CallOptions): Promise<ListCannedRepliesOutput>
  /** Create a canned reply. */
  createCannedReply(input: CreateCannedReplyInput, options?: CallOptions): Promise<CreateCannedReplyOutput>
  /** Read a canned reply. */
  getCannedReply(input: GetCannedReplyInput, options?: CallOptions): Promise<GetCannedReplyOutput>
  /** Change the given fields of a canned reply. */
  updateCannedReply(input: UpdateCannedReplyInput, options?: CallOptions): Promise<UpdateCannedReplyOutput>
  /** Delete a canned reply. */
  deleteCannedReply(input: DeleteCannedReplyInput, options?: CallOptions): Promise<DeleteCannedReplyOutput>
  /**
   * Fill a canned reply in for a conversation.
   * Stores nothing. A variable without a value stays as `[name]` and is listed in `missing`. `conversations:reply` is enough, although the values are content.
   */
  renderCannedReply(input: RenderCannedReplyInput, options?: CallOptions): Promise<RenderCannedReplyOutput>
  /**
   * List the conversations of the inbox.
   * `last_message` is content: `conversations:reply` includes reading what one has to answer. The other sensitive fields still need `conversations:read_sensitive`.
   */
  listInbox(input?: ListInboxInput, options?: CallOptions): Promise<ListInboxOutput>
  /** Count the conversations of each view and team. */
  countInbox(input?: CountInboxInput, options?: CallOptions): Promise<CountInboxOutput>
  /** List the tags that are in use. */
  listTags(input?: ListTagsInput, options?: CallOptions): Promise<ListTagsOutput>
  /**
   * Read a brief of a conversation.
   * Written afresh from the transcript and never stored. Values that neither the transcript nor the metadata have are dropped. Without a model, or if its answer is not usable twice, rules extract it. At most 10 a minute for each credential. `conversations:reply` is enough to read it: it includes what one has to answer.
   */
  getConversationBrief(input: GetConversationBriefInput, options?: CallOptions): Promise<GetConversationBriefOutput>
  /**
   * Read a brief of the newest conversation with a phone number.
   * Of the newest conversation whose `user_id` is the number, exactly, or else has the same 7 to 15 digits. Written afresh from the transcript and never stored. Values that neither the transcript nor the metadata have are dropped. Without a model, or if its answer is not usable twice, rules extract it. At most 10 a minute for each credential. `conversations:reply` is enough to read it: it includes what one has to answer.
   */
  getAgentAssistBrief(input: GetAgentAssistBriefInput, options?: CallOptions): Promise<GetAgentAssistBriefOutput>
  /**
   * Count hand-offs, waits, answers and ratings over time.
   * The range is widened to whole buckets in UTC. Deleting a conversation changes no count. Rows without any count are left out.
   */
  getHandlingStatistics(input?: GetHandlingStatisticsInput, options?: CallOptions): Promise<GetHandlingStatisticsOutput>
  /**
   * Rate a conversation that has ended.
   * Once for each conversation, and one answer with the feedback of a web widget. The same rating again changes nothing (200). Closed (409 `rating_closed`) while `satisfaction` of the agent is off, and `valid_hours` after the end.
   */
  rateConversation(input: RateConversationInput, options?: CallOptions): Promise<RateConversationOutput>
  /**
   * Count conversations, replies, failures, latencies and tokens over time.
   * The range is widened to whole buckets in UTC. Everything counts at the time it happened: a conversation when it was created and when it ended, a turn when it became final, tokens when they were used. Deleting a conversation changes no count. Of imported conversations, the creation, the end and the user messages count, at the times given in the import. The response includes everything committed before the request.
   */
  getStatistics(input?: GetStatisticsInput, options?: CallOptions): Promise<GetStatisticsOutput>
  /** List agents, newest first. */
  listAgents(input?: ListAgentsInput, options?: CallOptions): Promise<ListAgentsOutput>
  /** Create an agent. */
  createAgent(input: CreateAgentInput, options?: CallOptions): Promise<CreateAgentOutput>
  /**
   * Check an agent without storing it.
   * Makes the same checks as `createAgent` and `createAgentVersion`: 422 lists every fault. Nothing is stored.
   */
  checkAgent(input?: CheckAgentInput, options?: CallOptions): Promise<CheckAgentOutput>
  /** Read an agent, its versions and its statistics. */
  getAgent(input: GetAgentInput, options?: CallOptions): Promise<GetAgentOutput>
  /** Change the given fields of an agent. */
  updateAgent(input: UpdateAgentInput, options?: CallOptions): Promise<UpdateAgentOutput>
  /**
   * Delete an agent.
   * Its ended conversations remain readable.
   */
  deleteAgent(input: DeleteAgentInput, options?: CallOptions): Promise<DeleteAgentOutput>
  /** List an agent's versions, newest first. */
  listAgentVersions(input: ListAgentVersionsInput, options?: CallOptions): Promise<ListAgentVersionsOutput>
  /**
   * Read a version.
   * For `latest` there is always a draft: if the newest version is published, the call creates a copy of it, and for an agent without versions an empty one. Calls at the same time create one draft.
   */
  getAgentVersion(input: GetAgentVersionInput, options?: CallOptions): Promise<GetAgentVersionOutput>
  /**
   * Create a draft version.
   * Needs exactly one of `config` and `base_version`. A credential that is narrowed to agents can only name datasets that the newest or the newest published version of one of these agents names, and with the same `filter` (403).
   */
  createAgentVersion(input: CreateAgentVersionInput, options?: CallOptions): Promise<CreateAgentVersionOutput>
  /**
   * Change a draft version.
   * A credential that is narrowed to agents can only name datasets that the newest or the newest published version of one of these agents names, and with the same `filter` (403).
   */
  updateAgentVersion(input: UpdateAgentVersionInput, options?: CallOptions): Promise<UpdateAgentVersionOutput>
  /**
   * Publish a version.
   * A published version can no longer change. Publishing it again has no effect.
   */
  publishAgentVersion(input: PublishAgentVersionInput, options?: CallOptions): Promise<PublishAgentVersionOutput>
  /** Read the JSON Schema of AgentConfig. */
  getAgentConfigSchema(input?: GetAgentConfigSchemaInput, options?: CallOptions): Promise<GetAgentConfigSchemaOutput>
  /**
   * Generate the instructions of a draft with the default model.
   * A job writes them from the draft's `instruction_builder_inputs`: read the version until `instruction_generation.status` is `done` or `failed`. The text replaces `config.instructions` and `revision` increases. If the draft was changed or published after the call, the generation fails, and the text is in `instruction_generation.instructions`. While a generation for the same revision is running, another call joins it; after a change, it starts again. `latest` creates a draft if necessary.
   */
  generateAgentInstructions(input: GenerateAgentInstructionsInput, options?: CallOptions): Promise<GenerateAgentInstructionsOutput>
  /**
   * List the available models.
   * The default model comes first. Keys and addresses are never included.
   */
  listModels(input?: ListModelsInput, options?: CallOptions): Promise<ListModelsOutput>
  /**
   * Create an organization API key.
   * Callers can grant only the scopes, roles and agents that they have.
   */
  createOrganizationKey(input: CreateOrganizationKeyInput, options?: CallOptions): Promise<CreateOrganizationKeyOutput>
  /** List organization API keys, newest first. */
  listOrganizationKeys(input?: ListOrganizationKeysInput, options?: CallOptions): Promise<ListOrganizationKeysOutput>
  /**
   * Delete an organization API key.
   * Every node refuses the key within a second. Callers can delete only keys that have no more permissions than they do.
   */
  deleteOrganizationKey(input: DeleteOrganizationKeyInput, options?: CallOptions): Promise<DeleteOrganizationKeyOutput>
  /**
   * Create a personal access token for yourself.
   * If a new password or signing out everywhere ends the session or token that created this token, it ends too.
   */
  createPersonalAccessToken(input: CreatePersonalAccessTokenInput, options?: CallOptions): Promise<CreatePersonalAccessTokenOutput>
  /** List your personal access tokens, newest first. */
  listPersonalAccessTokens(input?: ListPersonalAccessTokensInput, options?: CallOptions): Promise<ListPersonalAccessTokensOutput>
  /** Delete one of your personal access tokens. */
  deletePersonalAccessToken(input: DeletePersonalAccessTokenInput, options?: CallOptions): Promise<DeletePersonalAccessTokenOutput>
  /** Read the scopes of the credential in this organization. */
  getMyScopes(input?: GetMyScopesInput, options?: CallOptions): Promise<GetMyScopesOutput>
  /** Read the scopes of a member. */
  getMemberScopes(input: GetMemberScopesInput, options?: CallOptions): Promise<GetMemberScopesOutput>
  /** List members, newest first. */
  listMembers(input?: ListMembersInput, options?: CallOptions): Promise<ListMembersOutput>
  /**
   * Invite someone by e-mail address.
   * They become a member when they accept, or when they sign in with the identity provider under this address, within 30 days. The response does not reveal whether the address has an account. Otherwise the same as `createInvitation`.
   */
  createMember(input: CreateMemberInput, options?: CallOptions): Promise<CreateMemberOutput>
  /** Change a member's role. */
  updateMember(input: UpdateMemberInput, options?: CallOptions): Promise<UpdateMemberOutput>
  /**
   * End a membership.
   * Also your own. The last admin cannot be removed.
   */
  deleteMember(input: DeleteMemberInput, options?: CallOptions): Promise<DeleteMemberOutput>
  /** Read the organization. */
  getOrganization(input?: GetOrganizationInput, options?: CallOptions): Promise<GetOrganizationOutput>
  /** Change the given fields of the organization. */
  updateOrganization(input?: UpdateOrganizationInput, options?: CallOptions): Promise<UpdateOrganizationOutput>
  /**
   * List the entries of the audit log, newest first.
   * Each change outside conversations has one entry, written in the same commit; entries never change. They are kept for PARLEY_AUDIT_DAYS.
   */
  listAuditLog(input?: ListAuditLogInput, options?: CallOptions): Promise<ListAuditLogOutput>
  /**
   * Download the entries of the audit log, oldest first.
   * As of now, as lines of JSON or as CSV, in which cells that a spreadsheet would calculate begin with an apostrophe. The lines of an organization that were not filtered can be verified: each `hash` follows from the one before.
   */
  exportAuditLog(input?: ExportAuditLogInput, options?: CallOptions): Promise<ExportAuditLogOutput>
  /**
   * List or stream the events of the organization.
   * What happened to what belongs to no conversation, such as datasets, their sources and webhook endpoints: ids, names, reasons and counts, never text. Webhook endpoints receive the same events. They are kept for 30 days: if the first `sequence` is not the one after `after`, those between are gone. With `Accept: text/event-stream` the response is an open-ended stream of the events after `after`, then of new ones within about a second. The server closes it after some minutes; a client that resumes with `Last-Event-ID` misses nothing.
   */
  listOrganizationEvents(input?: ListOrganizationEventsInput, options?: CallOptions): Promise<ListOrganizationEventsOutput>
  /**
   * Read what the organization offers over MCP.
   * The MCP server at `/mcp` has every operation as a tool; these settings narrow it.
   */
  getMcpSettings(input?: GetMcpSettingsInput, options?: CallOptions): Promise<GetMcpSettingsOutput>
  /**
   * Change what the organization offers over MCP.
   * Fields that are left out stay as they are. Valid for the next request, on every node.
   */
  updateMcpSettings(input?: UpdateMcpSettingsInput, options?: CallOptions): Promise<UpdateMcpSettingsOutput>
  /**
   * Invite someone to become a member.
   * It replaces an open invitation of the same address. A member without another organization can use it to set a new password. It ends when the member or key that created it is removed. Callers can grant, replace and delete only invitations to roles that they have.
   */
  createInvitation(input: CreateInvitationInput, options?: CallOptions): Promise<CreateInvitationOutput>
  /** List invitations, newest first. */
  listInvitations(input?: ListInvitationsInput, options?: CallOptions): Promise<ListInvitationsOutput>
  /**
   * Revoke an invitation.
   * Callers can revoke only invitations to roles that they have.
   */
  deleteInvitation(input: DeleteInvitationInput, options?: CallOptions): Promise<DeleteInvitationOutput>
  /**
   * Make a new link for an invitation.
   * The old link ends, and the invitation lasts again as long as it did. Callers can do this only for invitations to roles that they have.
   */
  resendInvitation(input: ResendInvitationInput, options?: CallOptions): Promise<ResendInvitationOutput>
  /**
   * List the open invitations to your address, newest first.
   * Of any organization. Only for addresses that are proven to be yours: by the identity provider, or by the operator of the server. A password that you chose with the link of an invitation proves nothing.
   */
  listReceivedInvitations(input?: ListReceivedInvitationsInput, options?: CallOptions): Promise<ListReceivedInvitationsOutput>
  /** Accept an invitation to your address. */
  acceptReceivedInvitation(input: AcceptReceivedInvitationInput, options?: CallOptions): Promise<AcceptReceivedInvitationOutput>
  /** Decline an invitation to your address. */
  declineReceivedInvitation(input: DeclineReceivedInvitationInput, options?: CallOptions): Promise<DeclineReceivedInvitationOutput>
  /** Read an invitation with its token. */
  readInvitation(input: ReadInvitationInput, options?: CallOptions): Promise<ReadInvitationOutput>
  /**
   * Accept an invitation and sign in.
   * An invitation can be accepted once. `password` is the new password; for a user who is already a member of another organization, it is their existing one. A session of the invited user needs no password.
   */
  acceptInvitation(input: AcceptInvitationInput, options?: CallOptions): Promise<AcceptInvitationOutput>
  /**
   * Decline an invitation with its token.
   * Needs no account. Declining it again changes nothing.
   */
  declineInvitation(input: DeclineInvitationInput, options?: CallOptions): Promise<DeclineInvitationOutput>
  /** List the organizations that you are a member of, newest first. */
  listOrganizations(input?: ListOrganizationsInput, options?: CallOptions): Promise<ListOrganizationsOutput>
  /**
   * Create an organization.
   * You become its admin, and it has a knowledge base named `Default`. PARLEY_ORGANIZATION_CREATION says who can: any user, users who are an admin somewhere, or nobody. A user can have created 10 that exist. With `parent_id` it becomes a child of an organization that you, or an organization above it, have you as an admin.
   */
  createOrganization(input: CreateOrganizationInput, options?: CallOptions): Promise<CreateOrganizationOutput>
  /**
   * Find out whether a slug is free.
   * At most 30 times a minute. The slug of a deleted organization stays reserved for 30 days.
   */
  getSlugAvailability(input: GetSlugAvailabilityInput, options?: CallOptions): Promise<GetSlugAvailabilityOutput>
  /**
   * Delete the organization and everything in it.
   * Its keys, sessions and tokens are refused at once. What belongs to it is then deleted by leased work, in parts; its usage and its audit log are kept as long as their own rules say. Its slug stays reserved for 30 days. It cannot be undone.
   */
  deleteOrganization(input: DeleteOrganizationInput, options?: CallOptions): Promise<DeleteOrganizationOutput>
  /**
   * List the children of an organization, newest first.
   * One level: of your organization, or of one below it.
   */
  listChildOrganizations(input?: ListChildOrganizationsInput, options?: CallOptions): Promise<ListChildOrganizationsOutput>
  /** Search all organizations below yours by slug or id, newest first. */
  searchChildOrganizations(input?: SearchChildOrganizationsInput, options?: CallOptions): Promise<SearchChildOrganizationsOutput>
  /**
   * Create an organization below yours.
   * A user becomes its admin; of one that a key creates, invite an admin. It has a knowledge base `Default`.
   */
  createChildOrganization(input: CreateChildOrganizationInput, options?: CallOptions): Promise<CreateChildOrganizationOutput>
  /** Read an organization below yours. */
  getChildOrganization(input: GetChildOrganizationInput, options?: CallOptions): Promise<GetChildOrganizationOutput>
  /**
   * Rename, suspend or resume an organization below yours.
   * While it is suspended, calls to it and to all below it are 403 `organization_suspended`; turns that run complete.
   */
  updateChildOrganization(input: UpdateChildOrganizationInput, options?: CallOptions): Promise<UpdateChildOrganizationOutput>
  /** List the members of an organization below yours, newest first. */
  listChildMembers(input: ListChildMembersInput, options?: CallOptions): Promise<ListChildMembersOutput>
  /** Change the role of a member of an organization below yours. */
  updateChildMember(input: UpdateChildMemberInput, options?: CallOptions): Promise<UpdateChildMemberOutput>
  /** End a membership in an organization below yours. */
  deleteChildMember(input: DeleteChildMemberInput, options?: CallOptions): Promise<DeleteChildMemberOutput>
  /** List the invitations of an organization below yours, newest first. */
  listChildInvitations(input: ListChildInvitationsInput, options?: CallOptions): Promise<ListChildInvitationsOutput>
  /**
   * Invite someone to an organization below yours.
   * Any role can be granted. Otherwise the same as `createInvitation`. It ends when the key or the membership that created it does, or the organization is no longer below yours.
   */
  createChildInvitation(input: CreateChildInvitationInput, options?: CallOptions): Promise<CreateChildInvitationOutput>
  /**
   * Look at an organization below yours, with a token.
   * Only for members, not for keys. The organization decides with `settings.partner_access`: `none`, `read` (the default) or `read_sensitive`. Every request of a view checks again that you are an admin, that the organization is below yours, and what it permits. A view can call GET operations that need a `…:read` scope, except for those that answer keys, links or secrets; everything else is 403 `view_only`.
   */
  startView(input: StartViewInput, options?: CallOptions): Promise<StartViewOutput>
  /**
   * Look at an organization below yours, in this session.
   * From now on the session concerns that organization, until the view ends or you switch to another organization; requests that name one of your organizations in `X-Parley-Org` concern that. When its time is over, calls are 403 `view_refused` until you switch. The organization decides with `settings.partner_access`: `none`, `read` (the default) or `read_sensitive`. Every request of a view checks again that you are an admin, that the organization is below yours, and what it permits. A view can call GET operations that need a `…:read` scope, except for those that answer keys, links or secrets; everything else is 403 `view_only`.
   */
  startViewInSession(input: StartViewInSessionInput, options?: CallOptions): Promise<StartViewInSessionOutput>
  /**
   * List who looks at this organization just now, newest first.
   * Partners of organizations above this one, at most 100.
   */
  listViews(input?: ListViewsInput, options?: CallOptions): Promise<ListViewsOutput>
  /**
   * End a view.
   * A view of a member of your organization, or of your organization.
   */
  stopView(input: StopViewInput, options?: CallOptions): Promise<StopViewOutput>
  /**
   * Sign in with a password or an organization API key.
   * Needs either `email` and `password`, or `api_key`. Every refusal is the same 401; too many attempts for one account or from one address are 429.
   */
  signIn(input?: SignInInput, options?: CallOptions): Promise<SignInOutput>
  /** Read the current session and the ways to sign in. */
  getSignInSession(input?: GetSignInSessionInput, options?: CallOptions): Promise<GetSignInSessionOutput>
  /** Sign out. */
  signOut(input?: SignOutInput, options?: CallOptions): Promise<SignOutOutput>
  /**
   * End every session of the same user or key.
   * This includes the current session and the personal access tokens that these sessions created.
   */
  signOutEverywhere(input?: SignOutEverywhereInput, options?: CallOptions): Promise<SignOutEverywhereOutput>
  /** Switch to another organization of the user. */
  switchOrganization(input: SwitchOrganizationInput, options?: CallOptions): Promise<SwitchOrganizationOutput>
  /**
   * Change your password.
   * Every other session of the user ends, with the personal access tokens that it created. A wrong `current_password` is 401 and counts as a failed sign-in.
   */
  changePassword(input: ChangePasswordInput, options?: CallOptions): Promise<ChangePasswordOutput>
  /**
   * Start to sign in with the identity provider.
   * Next, the page opens `authorization_url`. The provider sends the browser back to this server, which redirects it to `return_to`. If signing in failed, the query parameter `sign_in_error` is `expired`, `refused`, `not_a_member`, `email_not_verified`, `provider_failed` or `too_many_attempts`. It must be completed within ten minutes in the same browser.
   */
  startOpenIdSignIn(input?: StartOpenIdSignInInput, options?: CallOptions): Promise<StartOpenIdSignInOutput>
  /** List webhook endpoints, newest first. */
  listWebhookEndpoints(input?: ListWebhookEndpointsInput, options?: CallOptions): Promise<ListWebhookEndpointsOutput>
  /**
   * Create a webhook endpoint.
   * Each matching event is sent as a POST according to Standard Webhooks, with `webhook-id` (the same in each attempt), `webhook-timestamp` and `webhook-signature`. Any 2xx accepts it, regardless of the body. Redirects are not followed, and an attempt has 15 seconds. Delivery is in order within each conversation and at least once, with up to 8 attempts over about a day; 410 disables the endpoint. Deleting a conversation also deletes its undelivered events, except `conversation.deleted`. Because events include the content of conversations, this also needs `conversations:read_sensitive`.
   */
  createWebhookEndpoint(input: CreateWebhookEndpointInput, options?: CallOptions): Promise<CreateWebhookEndpointOutput>
  /** Read a webhook endpoint. */
  getWebhookEndpoint(input: GetWebhookEndpointInput, options?: CallOptions): Promise<GetWebhookEndpointOutput>
  /**
   * Change the given fields of a webhook endpoint.
   * `active: true` enables an endpoint again that the server disabled.
   */
  updateWebhookEndpoint(input: UpdateWebhookEndpointInput, options?: CallOptions): Promise<UpdateWebhookEndpointOutput>
  /** Delete a webhook endpoint and its deliveries. */
  deleteWebhookEndpoint(input: DeleteWebhookEndpointInput, options?: CallOptions): Promise<DeleteWebhookEndpointOutput>
  /**
   * Rotate the secret of a webhook endpoint.
   * For a limited time, deliveries have a signature with each of the two secrets.
   */
  rotateWebhookSecret(input: RotateWebhookSecretInput, options?: CallOptions): Promise<RotateWebhookSecretOutput>
  /**
   * Send a test event.
   * Sends `webhook.test`, regardless of the patterns. The list of deliveries shows its outcome.
   */
  testWebhookEndpoint(input: TestWebhookEndpointInput, options?: CallOptions): Promise<TestWebhookEndpointOutput>
  /**
   * List an endpoint’s deliveries of the last 30 days, newest first.
   * Deliveries of a deleted conversation are removed, whether delivered or not, except that of `conversation.deleted`.
   */
  listWebhookDeliveries(input: ListWebhookDeliveriesInput, options?: CallOptions): Promise<ListWebhookDeliveriesOutput>
  /** List the deliveries of a conversation’s events to all endpoints, newest event first. */
  listConversationDeliveries(input: ListConversationDeliveriesInput, options?: CallOptions): Promise<ListConversationDeliveriesOutput>
  /**
   * Send a delivery again.
   * Uses the same `webhook-id` and starts a new series of attempts. A pending delivery is attempted immediately.
   */
  redeliverWebhookDelivery(input: RedeliverWebhookDeliveryInput, options?: CallOptions): Promise<RedeliverWebhookDeliveryOutput>
  /**
   * Send the deliveries of a time range again.
   * Pending deliveries continue unchanged. At most 10,000 per call, oldest first.
   */
  redeliverWebhookDeliveries(input: RedeliverWebhookDeliveriesInput, options?: CallOptions): Promise<RedeliverWebhookDeliveriesOutput>
  /**
   * Set a secret.
   * The value is stored encrypted and never shown again. From the next call on, the templates of `http` actions (`url`, `headers`, `query`, `body`) can use it as `{{ secrets.NAME }}`. If an API sends it back, results show `[secret NAME]` instead, provided the value has at least 4 characters. Every caller with `agents:manage` can use every secret, also in an inline `agent_config`; no one else can. `OPENAI_API_KEY`, `ANTHROPIC_API_KEY`, `GOOGLE_GENERATIVE_AI_API_KEY`, and `AZURE_API_KEY` with `AZURE_RESOURCE_NAME`, also replace the server’s own keys in this organization’s model calls. An organization has at most 200 secrets, whose values have at most 65,536 bytes in total unless the server is configured otherwise.
   */
  setSecret(input: SetSecretInput, options?: CallOptions): Promise<SetSecretOutput>
  /** List the names of secrets, newest first. */
  listSecrets(input?: ListSecretsInput, options?: CallOptions): Promise<ListSecretsOutput>
  /**
   * Delete a secret.
   * From the next call on, templates that use it render it as empty.
   */
  deleteSecret(input: DeleteSecretInput, options?: CallOptions): Promise<DeleteSecretOutput>
  /** Create a dataset. */
  createDataset(input: CreateDatasetInput, options?: CallOptions): Promise<CreateDatasetOutput>
  /** List datasets, newest first. */
  listDatasets(input?: ListDatasetsInput, options?: CallOptions): Promise<ListDatasetsOutput>
  /** Read a dataset. */
  getDataset(input: GetDatasetInput, options?: CallOptions): Promise<GetDatasetOutput>
  /**
   * Change a dataset.
   * Only the fields that are sent change. Another model or dimension starts a re-embedding: the old vectors serve until all new ones are there.
   */
  updateDataset(input: UpdateDatasetInput, options?: CallOptions): Promise<UpdateDatasetOutput>
  /**
   * Delete a dataset.
   * Its sources stay. No search finds its chunks once this is answered.
   */
  deleteDataset(input: DeleteDatasetInput, options?: CallOptions): Promise<DeleteDatasetOutput>
  /** Search a dataset. */
  queryDataset(input: QueryDatasetInput, options?: CallOptions): Promise<QueryDatasetOutput>
  /**
   * Re-embed a dataset.
   * Starts a re-embedding, resumes one that failed, or joins the running one.
   */
  reembedDataset(input: ReembedDatasetInput, options?: CallOptions): Promise<ReembedDatasetOutput>
  /** List what conversations asked a dataset, newest first. */
  listDatasetRetrievals(input: ListDatasetRetrievalsInput, options?: CallOptions): Promise<ListDatasetRetrievalsOutput>
  /** What this server’s knowledge bases can do. */
  getKnowledgeCapabilities(input?: GetKnowledgeCapabilitiesInput, options?: CallOptions): Promise<GetKnowledgeCapabilitiesOutput>
  /** List the sources of a dataset, newest first. */
  listDatasetSources(input: ListDatasetSourcesInput, options?: CallOptions): Promise<ListDatasetSourcesOutput>
  /**
   * Attach sources to a dataset.
   * All or nothing. A source that is attached already answers its attachment, and is chunked again if the strategy differs. A crawled source brings its pages, also later ones.
   */
  attachSources(input: AttachSourcesInput, options?: CallOptions): Promise<AttachSourcesOutput>
  /**
   * Attach a page for each slug of an address.
   * A page that is a source already is fetched again.
   */
  attachSourcesByPattern(input: AttachSourcesByPatternInput, options?: CallOptions): Promise<AttachSourcesByPatternOutput>
  /** Read an attachment. */
  getDatasetSource(input: GetDatasetSourceInput, options?: CallOptions): Promise<GetDatasetSourceOutput>
  /**
   * Chunk a source again in this dataset.
   * What is served stays until the new chunks are ready. Null: the source’s strategy, else the dataset’s. One that means the same changes nothing.
   */
  updateDatasetSource(input: UpdateDatasetSourceInput, options?: CallOptions): Promise<UpdateDatasetSourceOutput>
  /**
   * Detach a source.
   * The source stays. No search of this dataset finds its chunks once this is answered.
   */
  detachSource(input: DetachSourceInput, options?: CallOptions): Promise<DetachSourceOutput>
  /** Convert and chunk a source again. */
  reprocessDatasetSource(input: ReprocessDatasetSourceInput, options?: CallOptions): Promise<ReprocessDatasetSourceOutput>
  /** List the chunks that searches use, in their order. */
  listDatasetSourceChunks(input: ListDatasetSourceChunksInput, options?: CallOptions): Promise<ListDatasetSourceChunksOutput>
  /**
   * Create sources.
   * All or nothing. The crawl of a URL starts at once. Of a file, PUT its bytes to `presigned_url`, then set `COMPLETE`; or send one file as a form, which completes it at once.
   */
  createSources(input: CreateSourcesInput, options?: CallOptions): Promise<CreateSourcesOutput>
  /** List sources, newest first. */
  listSources(input?: ListSourcesInput, options?: CallOptions): Promise<ListSourcesOutput>
  /** Read a source. */
  getSource(input: GetSourceInput, options?: CallOptions): Promise<GetSourceOutput>
  /**
   * Change a source, or complete its upload.
   * Only the fields that are sent change. `COMPLETE` says that the file is there: its conversion begins. Another strategy chunks its attachments again. The name of a URL cannot change.
   */
  updateSource(input: UpdateSourceInput, options?: CallOptions): Promise<UpdateSourceOutput>
  /**
   * Delete a source, with the pages of its crawl.
   * It is gone from all datasets. No search finds its chunks once this is answered.
   */
  deleteSource(input: DeleteSourceInput, options?: CallOptions): Promise<DeleteSourceOutput>
  /**
   * Get an address for another file.
   * Replaces the file: the old content serves until the new one is ready. The address before is closed.
   */
  createSourceUploadUrl(input: CreateSourceUploadUrlInput, options?: CallOptions): Promise<CreateSourceUploadUrlOutput>
  /**
   * Send the bytes of a file.
   * The `presigned_url` of a source: good for an hour and any number of whole PUTs until `COMPLETE`; the last one counts. One that breaks off changes nothing.
   */
  uploadSource(input: UploadSourceInput, options?: CallOptions): Promise<UploadSourceOutput>
  /**
   * Download the file of a source.
   * The bytes of its newest content, or of a page as it was fetched.
   */
  getSourceFile(input: GetSourceFileInput, options?: CallOptions): Promise<GetSourceFileOutput>
  /** Download the text of a source, as it was converted. */
  getSourceMarkdown(input: GetSourceMarkdownInput, options?: CallOptions): Promise<GetSourceMarkdownOutput>
  /**
   * Fetch a URL again.
   * Starts a crawl or joins the running one.
   */
  crawlSource(input: CrawlSourceInput, options?: CallOptions): Promise<CrawlSourceOutput>
  /**
   * Cancel the running crawl.
   * Pages that are stored stay. Without a running crawl nothing changes.
   */
  cancelSourceCrawl(input: CancelSourceCrawlInput, options?: CallOptions): Promise<CancelSourceCrawlOutput>
  /** List the last 10 crawls, newest first. */
  listSourceCrawls(input: ListSourceCrawlsInput, options?: CallOptions): Promise<ListSourceCrawlsOutput>
  /** List what became of each address of a crawl. */
  listCrawlPages(input: ListCrawlPagesInput, options?: CallOptions): Promise<ListCrawlPagesOutput>
  /**
   * Read a chunk, such as the one that a citation names.
   * Ours. A chunk that newer content has replaced can be read for 30 days; one of a source that was deleted or detached cannot.
   */
  getChunk(input: GetChunkInput, options?: CallOptions): Promise<GetChunkOutput>
  /** List web widgets, newest first. */
  listWebWidgets(input?: ListWebWidgetsInput, options?: CallOptions): Promise<ListWebWidgetsOutput>
  /**
   * Create a web widget.
   * Puts one version of an agent on websites. Without `agent_version_id` it has the newest published version; an agent without one gets 400. It answers visitors as soon as it and its version are published and its agent is active.
   */
  createWebWidget(input: CreateWebWidgetInput, options?: CallOptions): Promise<CreateWebWidgetOutput>
  /** Read a web widget. */
  getWebWidget(input: GetWebWidgetInput, options?: CallOptions): Promise<GetWebWidgetOutput>
  /**
   * Change the given fields of a web widget.
   * Each field that is given replaces the stored one whole, also `config` and `limits`. With another `agent_id` and no `agent_version_id`, the widget gets the newest published version of that agent.
   */
  updateWebWidget(input: UpdateWebWidgetInput, options?: CallOptions): Promise<UpdateWebWidgetOutput>
  /**
   * Delete a web widget, its identity keys and its blocks.
   * Its conversations stay. They get no new tokens, so those that are active end by inactivity.
   */
  deleteWebWidget(input: DeleteWebWidgetInput, options?: CallOptions): Promise<DeleteWebWidgetOutput>
  /**
   * Create a key with which the site signs its visitors.
   * A widget has at most two, so that a site can change to a new one without a gap.
   */
  createWebWidgetIdentityKey(input: CreateWebWidgetIdentityKeyInput, options?: CallOptions): Promise<CreateWebWidgetIdentityKeyOutput>
  /** List the identity keys of a web widget, newest first. */
  listWebWidgetIdentityKeys(input: ListWebWidgetIdentityKeysInput, options?: CallOptions): Promise<ListWebWidgetIdentityKeysOutput>
  /**
   * Delete an identity key.
   * Tokens of visitors that were verified with it are refused from then on.
   */
  deleteWebWidgetIdentityKey(input: DeleteWebWidgetIdentityKeyInput, options?: CallOptions): Promise<DeleteWebWidgetIdentityKeyOutput>
  /**
   * Block the visitor of a conversation, and their address.
   * They start and send nothing until it expires. The address counts only if the conversation is younger than 30 days. A second block of the same conversation replaces the first.
   */
  createWebWidgetBlock(input: CreateWebWidgetBlockInput, options?: CallOptions): Promise<CreateWebWidgetBlockOutput>
  /** List the blocks of a web widget that have not expired, newest first. */
  listWebWidgetBlocks(input: ListWebWidgetBlocksInput, options?: CallOptions): Promise<ListWebWidgetBlocksOutput>
  /** Delete a block. */
  deleteWebWidgetBlock(input: DeleteWebWidgetBlockInput, options?: CallOptions): Promise<DeleteWebWidgetBlockOutput>
  /**
   * Refuse the tokens that visitors have.
   * Tokens of visitors that were issued before `revoked_before` are refused. Browsers enter again: guests as new guests, verified visitors with a new signature. The time never goes back.
   */
  revokeWebWidgetVisitors(input: RevokeWebWidgetVisitorsInput, options?: CallOptions): Promise<RevokeWebWidgetVisitorsOutput>
  /**
   * Get the address of a preview.
   * Anyone who has it can use the widget for 15 minutes, live or not. Its conversations have `parley_preview` in `custom_metadata` and count nowhere.
   */
  previewWebWidget(input: PreviewWebWidgetInput, options?: CallOptions): Promise<PreviewWebWidgetOutput>
  /**
   * Check whether a page has the widget.
   * Fetches the page as any program can, without running its scripts: a snippet that a tag manager adds is not found.
   */
  checkWebWidget(input: CheckWebWidgetInput, options?: CallOptions): Promise<CheckWebWidgetOutput>
  /**
   * Find the colors and logos of a site.
   * Reads the first page of the site, its manifest and its icons, and proposes a configuration. Nothing is stored. At most 10 a minute for an organization.
   */
  autoBrandWebWidget(input: AutoBrandWebWidgetInput, options?: CallOptions): Promise<AutoBrandWebWidgetOutput>
  /** Count what happened in a web widget, by day. */
  getWebWidgetStatistics(input: GetWebWidgetStatisticsInput, options?: CallOptions): Promise<GetWebWidgetStatisticsOutput>
  /**
   * Get what pages show of a web widget.
   * Widgets that are not live and unknown ones are both not found.
   */
  getPublicWebWidget(input: GetPublicWebWidgetInput, options?: CallOptions): Promise<GetPublicWebWidgetOutput>
  /**
   * Enter a web widget as a visitor.
   * Makes a visitor token, or renews one. Nothing is stored, but a guest whom an identity verifies is linked to that user, once. The answer’s token replaces the one before.
   */
  enterWebWidget(input: EnterWebWidgetInput, options?: CallOptions): Promise<EnterWebWidgetOutput>
  /**
   * Start a conversation, or resume the active one.
   * A visitor has at most one active conversation in a widget. Checked in this order: live, origin, token, block, identity, body; then an active conversation is the answer; then limits, CAPTCHA and what `createConversation` checks.
   */
  startWebWidgetConversation(input: StartWebWidgetConversationInput, options?: CallOptions): Promise<StartWebWidgetConversationOutput>
  /** List the conversations of the visitor, newest first. */
  listVisitorConversations(input: ListVisitorConversationsInput, options?: CallOptions): Promise<ListVisitorConversationsOutput>
  /** Get a fresh token for a conversation of the visitor. */
  createVisitorConversationToken(input: CreateVisitorConversationTokenInput, options?: CallOptions): Promise<CreateVisitorConversationTokenOutput>
  /** Say what has changed on the visitor’s page. */
  updateVisitorConversation(input: UpdateVisitorConversationInput, options?: CallOptions): Promise<UpdateVisitorConversationOutput>
  /** Say how far the visitor has read. */
  readVisitorConversation(input: ReadVisitorConversationInput, options?: CallOptions): Promise<ReadVisitorConversationOutput>
  /** Give feedback on an ended conversation, once. */
  giveConversationFeedback(input: GiveConversationFeedbackInput, options?: CallOptions): Promise<GiveConversationFeedbackOutput>
  /** Give feedback, naming the conversation in the body. */
  giveFeedback(input: GiveFeedbackInput, options?: CallOptions): Promise<GiveFeedbackOutput>
  /** List workflows, newest first. */
  listWorkflows(input?: ListWorkflowsInput, options?: CallOptions): Promise<ListWorkflowsOutput>
  /**
   * Create a workflow.
   * With a `definition`, its version 1 is a draft that has it; otherwise it has no versions.
   */
  createWorkflow(input: CreateWorkflowInput, options?: CallOptions): Promise<CreateWorkflowOutput>
  /** Read a workflow and its statistics. */
  getWorkflow(input: GetWorkflowInput, options?: CallOptions): Promise<GetWorkflowOutput>
  /** Change the given fields of a workflow. */
  updateWorkflow(input: UpdateWorkflowInput, options?: CallOptions): Promise<UpdateWorkflowOutput>
  /**
   * Delete a workflow and its versions.
   * Its executions stay readable until they are 30 days old; they cannot be retried.
   */
  deleteWorkflow(input: DeleteWorkflowInput, options?: CallOptions): Promise<DeleteWorkflowOutput>
  /**
   * Stop the triggers of a workflow.
   * The live version is `published` again, and nothing starts by itself any more. Executions under way go on. A workflow that is not live is returned unchanged.
   */
  goOfflineWorkflow(input: GoOfflineWorkflowInput, options?: CallOptions): Promise<GoOfflineWorkflowOutput>
  /**
   * Check a definition without storing it.
   * Makes the same checks as saving and publishing a version.
   */
  checkWorkflow(input: CheckWorkflowInput, options?: CallOptions): Promise<CheckWorkflowOutput>
  /** Read the JSON Schema of WorkflowDefinition. */
  getWorkflowDefinitionSchema(input?: GetWorkflowDefinitionSchemaInput, options?: CallOptions): Promise<GetWorkflowDefinitionSchemaOutput>
  /** List the versions of a workflow, newest first. */
  listWorkflowVersions(input: ListWorkflowVersionsInput, options?: CallOptions): Promise<ListWorkflowVersionsOutput>
  /**
   * Create a draft version.
   * Needs exactly one of `definition` and `base_version`.
   */
  createWorkflowVersion(input: CreateWorkflowVersionInput, options?: CallOptions): Promise<CreateWorkflowVersionOutput>
  /** Read a version of a workflow. */
  getWorkflowVersion(input: GetWorkflowVersionInput, options?: CallOptions): Promise<GetWorkflowVersionOutput>
  /** Replace the definition of a draft version. */
  updateWorkflowVersion(input: UpdateWorkflowVersionInput, options?: CallOptions): Promise<UpdateWorkflowVersionOutput>
  /**
   * Delete a draft version.
   * Its number is not used again. Executions that tested it stay readable.
   */
  deleteWorkflowVersion(input: DeleteWorkflowVersionInput, options?: CallOptions): Promise<DeleteWorkflowVersionOutput>
  /**
   * Publish a version of a workflow.
   * A published version can no longer change, and can be executed. Its triggers do not fire until it goes live. 422 lists every problem. Publishing it again has no effect. A version whose steps use tools of the connection `parley` needs the scopes of these tools (403).
   */
  publishWorkflowVersion(input: PublishWorkflowVersionInput, options?: CallOptions): Promise<PublishWorkflowVersionOutput>
  /**
   * Start the triggers of a published version.
   * In one commit they replace those of the version that was live. A trigger with the same step id keeps its URL and its next time. Going live again has no effect.
   */
  goLiveWorkflowVersion(input: GoLiveWorkflowVersionInput, options?: CallOptions): Promise<GoLiveWorkflowVersionOutput>
  /**
   * Execute a workflow and wait for its end.
   * Needs exactly one of `workflow_id` and `definition`. 422 names the fields of `input_data` that are missing or have a wrong type; nothing is stored then. An answer with `execution_id` says that the execution is stored. Waits 60 seconds from acceptance; then the execution fails with `timed_out`. A client that goes away does not stop it. An execution that fails is a 200, and its idempotency key answers it again.
   */
  executeWorkflow(input?: ExecuteWorkflowInput, options?: CallOptions): Promise<ExecuteWorkflowOutput>
  /**
   * Execute a workflow.
   * Needs exactly one of `workflow_id` and `definition`. 422 names the fields of `input_data` that are missing or have a wrong type; nothing is stored then. An answer with `execution_id` says that the execution is stored.
   */
  executeWorkflowAsync(input?: ExecuteWorkflowAsyncInput, options?: CallOptions): Promise<ExecuteWorkflowAsyncOutput>
  /**
   * Execute a workflow again from a step of an earlier execution.
   * A new execution takes the outputs of the visits before that step. 422 names steps of these visits that the version does not have.
   */
  retryExecution(input: RetryExecutionInput, options?: CallOptions): Promise<RetryExecutionOutput>
  /** List executions, newest first. */
  listWorkflowExecutions(input?: ListWorkflowExecutionsInput, options?: CallOptions): Promise<ListWorkflowExecutionsOutput>
  /** Read an execution. */
  getWorkflowExecution(input: GetWorkflowExecutionInput, options?: CallOptions): Promise<GetWorkflowExecutionOutput>
  /** List the visits of an execution, oldest first. */
  listExecutionVisits(input: ListExecutionVisitsInput, options?: CallOptions): Promise<ListExecutionVisitsOutput>
  /**
   * Cancel an execution.
   * Final when it is answered: no request of the execution starts after it, and one in flight is aborted. An execution that has ended is returned unchanged.
   */
  cancelExecution(input: CancelExecutionInput, options?: CallOptions): Promise<CancelExecutionOutput>
  /**
   * Cancel many executions, oldest first.
   * At most 10000 a call.
   */
  cancelExecutions(input?: CancelExecutionsInput, options?: CallOptions): Promise<CancelExecutionsOutput>
  /**
   * End a resumable wait of an execution.
   * Of several calls at once one wins; the others get 409.
   */
  resumeExecution(input: ResumeExecutionInput, options?: CallOptions): Promise<ResumeExecutionOutput>
  /** List connections, newest first. */
  listWorkflowConnections(input?: ListWorkflowConnectionsInput, options?: CallOptions): Promise<ListWorkflowConnectionsOutput>
  /**
   * Create a connection.
   * Of the kinds `mcp` and `http`. Nothing is called yet.
   */
  createWorkflowConnection(input: CreateWorkflowConnectionInput, options?: CallOptions): Promise<CreateWorkflowConnectionOutput>
  /** Read a connection. */
  getWorkflowConnection(input: GetWorkflowConnectionInput, options?: CallOptions): Promise<GetWorkflowConnectionOutput>
  /**
   * Change the given fields of a connection.
   * Each field that is given replaces the stored one whole. Steps of published versions use it from their next visit on. The name stays while a published version uses the connection (409).
   */
  updateWorkflowConnection(input: UpdateWorkflowConnectionInput, options?: CallOptions): Promise<UpdateWorkflowConnectionOutput>
  /** Delete a connection. */
  deleteWorkflowConnection(input: DeleteWorkflowConnectionInput, options?: CallOptions): Promise<DeleteWorkflowConnectionOutput>
  /**
   * List the tools of a connection.
   * Asks an MCP server; those of the kind `http` are their `operations`. `parley` is an id too.
   */
  listWorkflowConnectionTools(input: ListWorkflowConnectionToolsInput, options?: CallOptions): Promise<ListWorkflowConnectionToolsOutput>
  /**
   * Evaluate an expression over given data.
   * A preview: without secrets, and without models. A failing expression is a 200 with `error`. At most 1 MiB.
   */
  evaluateExpression(input: EvaluateExpressionInput, options?: CallOptions): Promise<EvaluateExpressionOutput>
  /**
   * Have the default model write an expression.
   * Nothing is stored. The text is checked; `problems` say what is wrong with it.
   */
  generateExpression(input: GenerateExpressionInput, options?: CallOptions): Promise<GenerateExpressionOutput>
  /** List triggers, newest first. */
  listWorkflowTriggers(input?: ListWorkflowTriggersInput, options?: CallOptions): Promise<ListWorkflowTriggersOutput>
  /** Read a trigger. */
  getWorkflowTrigger(input: GetWorkflowTriggerInput, options?: CallOptions): Promise<GetWorkflowTriggerOutput>
  /** Pause a trigger, or end its pause. */
  updateWorkflowTrigger(input: UpdateWorkflowTriggerInput, options?: CallOptions): Promise<UpdateWorkflowTriggerOutput>
  /**
   * Fire a live trigger now.
   * Starts an execution of the live version. A paused trigger fires too; its next time stays.
   */
  fireWorkflowTrigger(input: FireWorkflowTriggerInput, options?: CallOptions): Promise<FireWorkflowTriggerOutput>
  /**
   * Give a webhook a new URL.
   * The old one is 404 at once. Triggers of other types get 422.
   */
  rotateWorkflowTrigger(input: RotateWorkflowTriggerInput, options?: CallOptions): Promise<RotateWorkflowTriggerOutput>
  /** List the fires of a trigger in the last 30 days, newest first. */
  listWorkflowFires(input: ListWorkflowFiresInput, options?: CallOptions): Promise<ListWorkflowFiresOutput>
  /**
   * Start a workflow by a request to the URL of its trigger.
   * Of the methods that the trigger lists; any other one is 404. A body is JSON, a form or a text of at most 1 MiB. A repeated request answers the first `execution_id` and `duplicate`. A trigger that responds with the result waits 30 seconds for the `output` of the execution, and answers it with 200.
   */
  receiveWorkflowHook(input: ReceiveWorkflowHookInput, options?: CallOptions): Promise<ReceiveWorkflowHookOutput>
  /**
   * Count conversations, minutes, workflow runs, tokens and cost.
   * A conversation counts when it is created, its minutes when it ends. Includes everything committed before the request. Counting began with the version of the server that has this operation.
   */
  getUsageSummary(input?: GetUsageSummaryInput, options?: CallOptions): Promise<GetUsageSummaryOutput>
  /**
   * Sum usage by time and up to two groups.
   * Rows without usage are absent. With `organization` the rows are of the organization and all below it. More than 10,000 rows: 422.
   */
  getUsage(input?: GetUsageInput, options?: CallOptions): Promise<GetUsageOutput>
  /**
   * List or download entries of usage, newest first.
   * A call has its entry within a minute. Entries are kept for 400 days unless the server is configured otherwise; the sums stay. With `format` the answer is a download of all of them, read page by page.
   */
  listUsageEntries(input?: ListUsageEntriesInput, options?: CallOptions): Promise<ListUsageEntriesOutput>
  /** List prices, newest first. */
  listPrices(input?: ListPricesInput, options?: CallOptions): Promise<ListPricesOutput>
  /**
   * Set what calls of a model cost.
   * A call has the price of the time when it began: a `locked` one of the installation or of an organization above (topmost first), else that of the organization, of the nearest one above, of the installation. Of each owner the newest counts. Entries keep their price; `recalculate` corrects them. An organization has at most 2,000 prices.
   */
  createPrice(input: CreatePriceInput, options?: CallOptions): Promise<CreatePriceOutput>
  /** Delete a price that is not valid yet. */
  deletePrice(input: DeletePriceInput, options?: CallOptions): Promise<DeletePriceOutput>
  /**
   * Price the calls of a time again.
   * Work appends an entry of the kind `correction` for each call whose cost has changed; entries themselves never change. Ranges that are requested while the work goes on become one.
   */
  recalculatePrices(input: RecalculatePricesInput, options?: CallOptions): Promise<RecalculatePricesOutput>
  /** Sum usage of an organization and all below it. */
  getPartnerUsage(input?: GetPartnerUsageInput, options?: CallOptions): Promise<GetPartnerUsageOutput>
  /** List budgets, newest first. */
  listBudgets(input?: ListBudgetsInput, options?: CallOptions): Promise<ListBudgetsOutput>
  /**
   * Create a budget.
   * What was used in its period before counts, too. Events `budget.warned`, `budget.stopped` and `budget.resumed` are sent once for each threshold and period. An organization has at most 100 budgets.
   */
  createBudget(input: CreateBudgetInput, options?: CallOptions): Promise<CreateBudgetOutput>
  /** Get a budget and how much of it is spent. */
  getBudget(input: GetBudgetInput, options?: CallOptions): Promise<GetBudgetOutput>
  /**
   * Change a budget.
   * Fields that are absent stay as they are. A new amount, or `active: false`, ends a stop within 2 seconds.
   */
  updateBudget(input: UpdateBudgetInput, options?: CallOptions): Promise<UpdateBudgetOutput>
  /** Delete a budget. */
  deleteBudget(input: DeleteBudgetInput, options?: CallOptions): Promise<DeleteBudgetOutput>
}

