// The AWS SDK for JavaScript v3. The environment says where the server is.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import * as sdk from "@aws-sdk/client-bedrock";

const bedrock = new sdk.Bedrock();
const roleArn = "arn:aws:iam::123456789012:role/BedrockRole";
const modelDataSource = { s3DataSource: { s3Uri: "s3://my-bucket/model/" } };

const importJob = (name, members) => ({
  jobName: `import-${name}`,
  importedModelName: name,
  roleArn,
  modelDataSource,
  ...members,
});

const evaluationJob = (jobName) => ({
  jobName,
  roleArn,
  evaluationConfig: {
    automated: {
      datasetMetricConfigs: [
        {
          taskType: "QuestionAndAnswer",
          dataset: { name: "Builtin.BoolQ" },
          metricNames: ["Builtin.Accuracy"],
        },
      ],
    },
  },
  inferenceConfig: {
    models: [{ bedrockModel: { modelIdentifier: "amazon.titan-text-lite-v1" } }],
  },
  outputDataConfig: { s3Uri: "s3://my-bucket/results/" },
});

const isRecent = (date) => date instanceof Date && Math.abs(Date.now() - date) < 600_000;

beforeEach(() => fetch(`${process.env.AWS_ENDPOINT_URL_BEDROCK}/moto-api/reset`, { method: "POST" }));

test("a model is imported, read and deleted", async () => {
  const created = await bedrock.send(new sdk.CreateModelImportJobCommand(importJob("llama")));
  assert.equal(created.$metadata.httpStatusCode, 201);
  assert.match(created.jobArn, /^arn:aws:bedrock:us-east-1:123456789012:model-import-job\/\w{12}$/);

  const job = await bedrock.getModelImportJob({ jobIdentifier: created.jobArn });
  assert.equal(job.status, sdk.ModelImportJobStatus.COMPLETED);
  assert.deepEqual(job.modelDataSource, modelDataSource);
  assert(isRecent(job.creationTime) && isRecent(job.lastModifiedTime) && isRecent(job.endTime));
  assert(job.endTime >= job.creationTime);

  const model = await bedrock.getImportedModel({ modelIdentifier: "llama" });
  assert.equal(model.modelArn, job.importedModelArn);
  assert.equal(model.jobArn, created.jobArn);
  assert.deepEqual(model.creationTime, job.creationTime);

  await bedrock.deleteImportedModel({ modelIdentifier: model.modelArn });
  await assert.rejects(bedrock.getImportedModel({ modelIdentifier: "llama" }), (error) => {
    assert(error instanceof sdk.ResourceNotFoundException);
    assert(error instanceof sdk.BedrockServiceException);
    assert.equal(error.name, "ResourceNotFoundException");
    assert.equal(error.message, "The provided imported model was not found.");
    assert.equal(error.$fault, "client");
    assert.equal(error.$metadata.httpStatusCode, 404);
    assert.equal(error.$metadata.attempts, 1);
    return true;
  });
});

test("a request that breaks rules is refused with all of them", async () => {
  // The SDK itself checks nothing, and sends what it is given.
  await assert.rejects(bedrock.createModelImportJob(importJob("my model", { roleArn: null })), {
    name: "ValidationException",
    message: /^3 validation errors detected: .* at 'roleArn' .* Member must not be null/,
  });
  await assert.rejects(
    bedrock.createModelImportJob(importJob("x", { modelDataSource: "s3://my-bucket/model/" })),
    { name: "SerializationException" },
  );
});

test("dates are sent and filtered by", async () => {
  const { jobArn } = await bedrock.createModelImportJob(importJob("llama"));
  const found = async (filter) => {
    const { modelImportJobSummaries } = await bedrock.listModelImportJobs(filter);
    return modelImportJobSummaries.map((job) => job.jobArn);
  };
  const { creationTime } = await bedrock.getModelImportJob({ jobIdentifier: jobArn });
  const [before, after] = [-1000, 1000].map((by) => new Date(creationTime.getTime() + by));
  assert.deepEqual(await found({ creationTimeAfter: before, creationTimeBefore: after }), [jobArn]);
  assert.deepEqual(await found({ creationTimeAfter: after }), []);
  assert.deepEqual(await found({ creationTimeBefore: before }), []);
});

test("paginators walk all pages", async () => {
  const names = ["a", "b", "c", "d", "e"];
  await Promise.all(names.map((name) => bedrock.createModelImportJob(importJob(name))));
  const pages = sdk.paginateListImportedModels({ client: bedrock, pageSize: 2 }, {});
  const walked = [];
  for await (const page of pages) walked.push(page.modelSummaries);
  assert.deepEqual(walked.map((page) => page.length), [2, 2, 1]);
  assert.deepEqual(walked.flat().map((model) => model.modelName).sort(), names);
  assert(walked.flat().every((model) => isRecent(model.creationTime)));

  const filters = { nameContains: "import", sortOrder: "Ascending" };
  let jobs = 0;
  for await (const page of sdk.paginateListModelImportJobs({ client: bedrock, pageSize: 1 }, filters))
    jobs += page.modelImportJobSummaries.length;
  assert.equal(jobs, names.length);
});

test("evaluation jobs are stopped, completed and deleted in a batch", async () => {
  const names = ["stopped", "completed", "running"];
  const created = await Promise.all(
    names.map((name) => bedrock.createEvaluationJob(evaluationJob(name))),
  );
  const [stopped, completed, running] = created.map((answer) => answer.jobArn);
  assert.equal(created[0].$metadata.httpStatusCode, 202);
  const look = async (jobIdentifier) => bedrock.getEvaluationJob({ jobIdentifier });

  await bedrock.stopEvaluationJob({ jobIdentifier: stopped });
  assert.equal((await look(stopped)).status, "Stopping");
  assert.equal((await look(stopped)).status, "Stopped");
  assert.equal((await look(completed)).status, "InProgress");
  const job = await look(completed);
  assert.equal(job.status, "Completed");
  assert.deepEqual(job.evaluationConfig, evaluationJob("").evaluationConfig);
  assert(isRecent(job.creationTime) && isRecent(job.lastModifiedTime));
  await assert.rejects(
    bedrock.stopEvaluationJob({ jobIdentifier: completed }),
    (error) => error instanceof sdk.ConflictException,
  );

  const unknown = `${running.slice(0, -12)}000000000000`;
  const batch = { jobIdentifiers: [stopped, completed, running, unknown] };
  const answer = await bedrock.batchDeleteEvaluationJob(batch);
  assert.deepEqual(answer.evaluationJobs, [
    { jobIdentifier: stopped, jobStatus: "Deleting" },
    { jobIdentifier: completed, jobStatus: "Deleting" },
  ]);
  assert.deepEqual(
    answer.errors.map(({ jobIdentifier, code }) => [jobIdentifier, code]),
    [[running, "400"], [unknown, "404"]],
  );
});

test("tags are put on and taken off", async () => {
  const tagged = importJob("llama", { jobTags: [{ key: "a", value: "1" }] });
  const { jobArn: resourceARN } = await bedrock.createModelImportJob(tagged);
  await bedrock.tagResource({ resourceARN, tags: [{ key: "b", value: "" }] });
  await bedrock.untagResource({ resourceARN, tagKeys: ["a"] });
  const { tags } = await bedrock.listTagsForResource({ resourceARN });
  assert.deepEqual(tags, [{ key: "b", value: "" }]);
});

test("the region is that of the client", async () => {
  const elsewhere = new sdk.Bedrock({ region: "eu-west-1" });
  const { jobArn } = await elsewhere.createModelImportJob(importJob("llama"));
  assert.equal(jobArn.split(":")[3], "eu-west-1");
  assert.deepEqual((await bedrock.listModelImportJobs({})).modelImportJobSummaries, []);
});

test("a bearer token takes the place of a signature", async (context) => {
  process.env.AWS_BEARER_TOKEN_BEDROCK = "an-api-key";
  context.after(() => delete process.env.AWS_BEARER_TOKEN_BEDROCK);
  const client = new sdk.Bedrock();
  let authorization;
  const look = (next) => (args) => {
    authorization = args.request.headers.Authorization;
    return next(args);
  };
  client.middlewareStack.addRelativeTo(look, {
    relation: "after",
    toMiddleware: "httpSigningMiddleware",
  });
  await client.createModelImportJob(importJob("llama"));
  assert.equal(authorization, "Bearer an-api-key");
  assert.equal((await client.listImportedModels({})).modelSummaries[0].modelName, "llama");
});

test("what the mock lacks is said at the first attempt", async () => {
  // An operation of the service that the mock lacks, "ListThings", from the test around this.
  const missing = process.env.BEDROCK_MOCK_MISSING;
  const call = missing[0].toLowerCase() + missing.slice(1);
  await assert.rejects(bedrock[call]({}), (error) => {
    assert.equal(error.name, "NotImplementedException");
    assert.ok(error.message.startsWith(`The operation ${missing} is not implemented`));
    assert.equal(error.$metadata.attempts, 1);
    return true;
  });
});
