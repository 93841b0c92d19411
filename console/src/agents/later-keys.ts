// The objects of a configuration that are stored without effect and have no form of their own.
export const laterKeys = ['stt_llm_tts', 'stt', 'tts', 'turn_detection', 'voicemail_detection', 'recording'] as const
