import { z } from 'zod'

/** Of a chat completion only what we use; compatible servers leave much of the rest out. */
export const ChatCompletion = z.object({
  model: z.string().optional(),
  choices: z
    .array(z.object({ message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }) }))
    .min(1),
  usage: z.object({ prompt_tokens: z.number().optional(), completion_tokens: z.number().optional() }).nullish(),
})
export type ChatCompletion = z.infer<typeof ChatCompletion>
