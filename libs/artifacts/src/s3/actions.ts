// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/**
 * The actions that a user of S3 needs on the bucket, as policies name them, and what each is for:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
 */
export const ACTIONS = {
  's3:PutObject': 'store objects',
  's3:GetObject': 'read objects back',
  's3:DeleteObject': 'delete objects',
  's3:ListBucket': 'list objects',
  's3:ListBucketMultipartUploads': 'list unfinished uploads',
  's3:ListMultipartUploadParts': 'list the parts of an unfinished upload',
  's3:AbortMultipartUpload': 'give up an unfinished upload',
} as const;

/** The name of an action in a policy. */
export type Action = keyof typeof ACTIONS;
