// Models by the AWS SDK for JavaScript v3. The environment says where the server is.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import * as sdk from "@aws-sdk/client-bedrock-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";

const endpoint = process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME;
// The client speaks HTTP/2 unless it is told otherwise.
const runtime = new sdk.BedrockRuntime({ requestHandler: new NodeHttpHandler(), maxAttempts: 1 });
const nova = "amazon.nova-lite-v1:0";
const llama = "meta.llama3-70b-instruct-v1:0";
const messages = [{ role: "user", content: [{ text: "Hello" }] }];

const post = async (path, body) => {
  const options = { method: "POST", body: JSON.stringify(body) };
  const answer = await fetch(`${endpoint}/moto-api/${path}`, options);
  assert.equal(answer.status, 200, await answer.text());
};
const reply = (content) => post("bedrock/reply", { content });
const all = async (stream) => {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
};
const text = (events) =>
  events.map((event) => event.contentBlockDelta?.delta.text ?? "").join("");
const decoded = (bytes) => JSON.parse(new TextDecoder().decode(bytes));

beforeEach(() => post("reset", {}));

test("a conversation is answered", async () => {
  await reply("Grüße");
  const answer = await runtime.converse({ modelId: nova, messages });
  assert.deepEqual(answer.output.message, { role: "assistant", content: [{ text: "Grüße" }] });
  assert.equal(answer.stopReason, sdk.StopReason.END_TURN);
  assert.deepEqual(answer.usage, { inputTokens: 2, outputTokens: 2, totalTokens: 4 });
  assert(Number.isInteger(answer.metrics.latencyMs));
});

test("a stream is read event by event", async () => {
  await reply({ content: "Hello 🌍", chunks: ["Hel", "lo 🌍"] });
  const { stream } = await runtime.converseStream({ modelId: nova, messages });
  const events = await all(stream);
  assert.deepEqual(events.map((event) => Object.keys(event)[0]), [
    "messageStart",
    "contentBlockDelta",
    "contentBlockDelta",
    "contentBlockStop",
    "messageStop",
    "metadata",
  ]);
  assert.deepEqual(events[0], { messageStart: { role: "assistant" } });
  assert.equal(text(events), "Hello 🌍");
  assert.deepEqual(events[4], { messageStop: { stopReason: "end_turn" } });
  assert(Number.isInteger(events[5].metadata.metrics.latencyMs));
});

test("a tool is called in a stream", async () => {
  await reply({ toolUse: { name: "get_weather", input: { city: "Paris" } } });
  const modelId = "anthropic.claude-3-haiku-20240307-v1:0";
  const toolSpec = { name: "get_weather", inputSchema: { json: { type: "object" } } };
  const toolConfig = { tools: [{ toolSpec }] };
  const { stream } = await runtime.converseStream({ modelId, messages, toolConfig });
  const events = await all(stream);
  assert.equal(events[1].contentBlockStart.start.toolUse.name, "get_weather");
  const input = events.map((event) => event.contentBlockDelta?.delta.toolUse.input ?? "").join("");
  assert.deepEqual(JSON.parse(input), { city: "Paris" });
  assert.equal(events.at(-2).messageStop.stopReason, "tool_use");
});

test("a body goes to a model and comes back", async () => {
  await reply("Hi");
  const body = JSON.stringify({ prompt: "Hello" });
  const answer = await runtime.invokeModel({ modelId: llama, body });
  assert.equal(answer.contentType, "application/json");
  assert.equal(decoded(answer.body).generation, "Hi");
  const streamed = await runtime.invokeModelWithResponseStream({ modelId: llama, body });
  const chunks = (await all(streamed.body)).map((event) => decoded(event.chunk.bytes));
  assert.equal(chunks.map((chunk) => chunk.generation).join(""), "Hi");
  assert.equal(chunks.at(-1)["amazon-bedrock-invocationMetrics"].outputTokenCount, 1);
});

test("a stream may break", async () => {
  await reply({ content: "Hello", chunks: ["Hel", "lo"], error: "modelStreamErrorException" });
  const { stream } = await runtime.converseStream({ modelId: nova, messages });
  const events = [];
  await assert.rejects(
    async () => {
      for await (const event of stream) events.push(event);
    },
    (error) => {
      assert(error instanceof sdk.ModelStreamErrorException);
      assert.equal(error.name, "ModelStreamErrorException");
      assert.match(error.message, /modelStreamErrorException/i);
      return true;
    },
  );
  assert.equal(text(events), "Hello");
  const body = JSON.stringify({ prompt: "Hello" });
  const streamed = await runtime.invokeModelWithResponseStream({ modelId: llama, body });
  await assert.rejects(all(streamed.body), { name: "ModelStreamErrorException" });
});

test("a stream that is left early does no harm", async () => {
  await reply("x".repeat(100_000));
  const { stream } = await runtime.converseStream({ modelId: nova, messages });
  for await (const event of stream) {
    assert.deepEqual(event, { messageStart: { role: "assistant" } });
    break;
  }
  await reply("Hi");
  const answer = await runtime.converse({ modelId: nova, messages });
  assert.deepEqual(answer.output.message.content, [{ text: "Hi" }]);
});

test("errors are those of the service", async () => {
  await assert.rejects(runtime.converse({ modelId: "none", messages }), (error) => {
    assert(error instanceof sdk.ValidationException);
    assert.equal(error.message, "The provided model identifier is invalid.");
    assert.equal(error.$metadata.httpStatusCode, 400);
    return true;
  });
  await post("bedrock/raise_next", { operation: "Converse", code: "ModelNotReadyException" });
  await assert.rejects(
    runtime.converse({ modelId: nova, messages }),
    (error) => error instanceof sdk.ModelNotReadyException,
  );
});
