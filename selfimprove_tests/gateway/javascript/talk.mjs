// What the official client gets from the gateway at argv[2], as one JSON object; its package lies beside this file.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: `${process.argv[2]}/v1`, apiKey: "none", maxRetries: 0 });
const messages = [{ role: "user", content: "how are you" }];
const model = "selfimprove";

const { data: whole, response } = await client.chat.completions.create({ model, messages, n: 2 }).withResponse();

let text = "";
let usage = null;
const options = { model, messages, stream: true, stream_options: { include_usage: true } };
for await (const chunk of await client.chat.completions.create(options)) {
  text += chunk.choices[0]?.delta?.content ?? "";
  usage = chunk.usage ?? usage;
}

const scored = await client.chat.completions.create({ model, messages, logprobs: true, top_logprobs: 1 });
const tools = [{ type: "function", function: { name: "weather", parameters: { type: "object" } } }];
const called = await client.chat.completions.create({ model, messages, tools });
const embedded = await client.embeddings.create({ model, input: ["a", "bcd"] });
const models = [];
for await (const one of client.models.list()) models.push(one.id);

const failed = [];
for (const wrong of [{ model: "gpt-4", messages }, { model, messages: [] }, { model, messages: [{ role: "user", content: "!down" }] }]) {
  try {
    await client.chat.completions.create(wrong);
  } catch (error) {
    failed.push([error.constructor.name, error.status, error.code]);
  }
}

console.log(JSON.stringify({
  texts: whole.choices.map((choice) => choice.message.content),
  chat: response.headers.get("x-selfimprove-chat"),
  request: whole._request_id,
  text,
  usage,
  token: scored.choices[0].logprobs.content[0].token,
  call: called.choices[0].message.tool_calls[0].function,
  vectors: embedded.data.map((row) => row.embedding.slice(0, 2)),
  models,
  failed,
}));
