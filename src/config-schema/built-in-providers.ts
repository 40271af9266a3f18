/**
 * Providers that are known by name: base URL, variable of the key, quirks. What [provider.NAME] says
 * comes on top. Only `chutes`, `vllm`, `llamacpp` and `litellm` were tried; of the others this was read.
 */
import type { z } from "zod";
import type { providerSection } from "./provider.ts";

export const BUILT_IN_PROVIDERS: Readonly<Record<string, z.input<typeof providerSection>>> = {
  chutes: {
    base_url: "https://llm.chutes.ai/v1",
    base_url_env: "CHUTES_BASE_URL",
    api_key_env: "CHUTES_API_KEY",
  },
  openai: {
    calls: true,
    base_url: "https://api.openai.com/v1",
    base_url_env: "OPENAI_BASE_URL",
    api_key_env: "OPENAI_API_KEY",
    max_tokens_field: "max_completion_tokens",
  },
  anthropic: {
    calls: true,
    api: "messages",
    base_url: "https://api.anthropic.com/v1",
    base_url_env: "ANTHROPIC_BASE_URL",
    api_key_env: "ANTHROPIC_API_KEY",
  },
  gemini: {
    calls: true,
    base_url: "https://generativelanguage.googleapis.com/v1beta/openai",
    api_key_env: "GEMINI_API_KEY",
  },
  openrouter: { base_url: "https://openrouter.ai/api/v1", api_key_env: "OPENROUTER_API_KEY" },
  deepseek: {
    calls: true,
    base_url: "https://api.deepseek.com/v1",
    api_key_env: "DEEPSEEK_API_KEY",
  },
  moonshot: {
    calls: true,
    base_url: "https://api.moonshot.ai/v1",
    api_key_env: "MOONSHOT_API_KEY",
  },
  zai: { calls: true, base_url: "https://api.z.ai/api/paas/v4", api_key_env: "ZAI_API_KEY" },
  minimax: { calls: true, base_url: "https://api.minimax.io/v1", api_key_env: "MINIMAX_API_KEY" },
  xai: { calls: true, base_url: "https://api.x.ai/v1", api_key_env: "XAI_API_KEY" },
  groq: { base_url: "https://api.groq.com/openai/v1", api_key_env: "GROQ_API_KEY" },
  together: { base_url: "https://api.together.xyz/v1", api_key_env: "TOGETHER_API_KEY" },
  fireworks: {
    base_url: "https://api.fireworks.ai/inference/v1",
    api_key_env: "FIREWORKS_API_KEY",
  },
  mistral: { calls: true, base_url: "https://api.mistral.ai/v1", api_key_env: "MISTRAL_API_KEY" },
  litellm: {
    base_url: "http://127.0.0.1:4000/v1",
    base_url_env: "LITELLM_BASE_URL",
    api_key_env: "LITELLM_API_KEY",
  },
  vllm: { base_url: "http://127.0.0.1:8000/v1", base_url_env: "VLLM_BASE_URL" },
  sglang: { base_url: "http://127.0.0.1:30000/v1", base_url_env: "SGLANG_BASE_URL" },
  ollama: {
    base_url: "http://127.0.0.1:11434/v1",
    base_url_env: "OLLAMA_BASE_URL",
    max_concurrency: 4,
  },
  lmstudio: {
    base_url: "http://127.0.0.1:1234/v1",
    base_url_env: "LMSTUDIO_BASE_URL",
    max_concurrency: 4,
  },
  llamacpp: {
    base_url: "http://127.0.0.1:8080/v1",
    base_url_env: "LLAMACPP_BASE_URL",
    max_concurrency: 4,
  },
  /** Replays `[offline].dir`; sends nothing. */
  offline: {},
};
