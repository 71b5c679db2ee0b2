/** torchlet: every public name. */

export type { AugmentOptions, CustomAugment } from "./data/augment/options.js";
export type { Batch, Targets } from "./data/batch.js";
export { type CsvOptions, decodeCsv, loadCsv } from "./data/csv.js";
export { CsvTable, type NumbersOptions } from "./data/csv-table.js";
export type { ClassDataset, Dataset } from "./data/dataset.js";
export { decodeImage } from "./data/decode.js";
export { DecodeError, type DecodeOptions } from "./data/decoding.js";
export { type Drop, type DroppedFile, droppedFiles } from "./data/dropped-files.js";
export {
  type DuplicateCluster,
  type DuplicateImage,
  type DuplicateOptions,
  findDuplicates,
} from "./data/duplicates.js";
export type { Examples } from "./data/examples.js";
export { FaceFolder } from "./data/face-folder.js";
export type { SkippedFile } from "./data/file-names.js";
export { type FilesToDatasetOptions, filesToDataset } from "./data/files-to-dataset.js";
export type { ResizeMode } from "./data/fit-image.js";
export type { HostArray, IntegerArray } from "./data/host-array.js";
export { decodeIdx, loadIdx } from "./data/idx.js";
export type { Channels, Image } from "./data/image.js";
export {
  type ImageBatch,
  type ImageBatchOptions,
  ImageDataset,
  type ImageDatasetOptions,
} from "./data/image-dataset.js";
export { ImageFolder, type ImageFolderOptions } from "./data/image-folder.js";
export { type ImageSource, imageFrom } from "./data/image-from.js";
export type { ImageShape, ImageSize } from "./data/image-shape.js";
export { imageToRgba } from "./data/image-to-rgba.js";
export { imageToTensor } from "./data/image-to-tensor.js";
export { type ImagesToDatasetOptions, imagesToDataset } from "./data/images-to-dataset.js";
export type { FolderLayout, SplitsOptions } from "./data/list-splits.js";
export type { MeanAndStd } from "./data/mean-and-std.js";
export type { BatchOptions, Passes } from "./data/passes.js";
export { PhotoFolder, type PhotoFolderData, type PhotoFolderOptions } from "./data/photo-folder.js";
export { resize } from "./data/resize.js";
export { openSplits, type Splits } from "./data/splits.js";
export type { SplitOptions } from "./data/stratify.js";
export { TensorDataset, type TensorDatasetOptions } from "./data/tensor-dataset.js";
export { type FeatureMapOptions, type FeatureMapsBy, featureMaps } from "./explain/feature-maps.js";
export { type ClassHeatMap, type GradCamOptions, gradCam } from "./explain/grad-cam.js";
export type { HeatMap } from "./explain/heat-map.js";
export { type OcclusionOptions, occlusionMap } from "./explain/occlusion.js";
export {
  type FilterPictureOptions,
  filterPictures,
  type HeatPictureOptions,
  heatPicture,
  mapPictures,
} from "./explain/pictures.js";
export { FileError } from "./file-error.js";
export { exportOnnx, type OnnxExportOptions } from "./io/onnx/export.js";
export { loadOptimizer, saveOptimizer } from "./io/optimizer-state.js";
export {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsFile,
  type SafetensorsReadOptions,
} from "./io/safetensors/bytes.js";
export { loadSafetensors, saveSafetensors } from "./io/safetensors/file.js";
export { AdaptiveAvgPool2d, AdaptiveMaxPool2d } from "./layers/adaptive-pool2d.js";
export { AvgPool2d } from "./layers/avg-pool2d.js";
export {
  BatchNorm2d,
  type BatchNorm2dOptions,
  type BatchNormOptions,
  batchNorm,
} from "./layers/batch-norm.js";
export { BatchNorm1d } from "./layers/batch-norm1d.js";
export { ConvTranspose2d, type ConvTranspose2dLayerOptions } from "./layers/conv-transpose2d.js";
export { Conv1d, type Conv1dLayerOptions } from "./layers/conv1d.js";
export { Conv2d } from "./layers/conv2d.js";
export { Dropout } from "./layers/dropout.js";
export { Dropout2d, DropPath } from "./layers/dropout-whole.js";
export { Embedding, type EmbeddingLookupOptions, type EmbeddingOptions, embedding } from "./layers/embedding.js";
export {
  GroupNorm,
  type GroupNormLayerOptions,
  type GroupNormOptions,
  groupNorm,
  InstanceNorm2d,
  instanceNorm,
} from "./layers/group-norm.js";
export { GRU } from "./layers/gru.js";
export { Identity } from "./layers/identity.js";
export { kaimingUniform, uniformParameter } from "./layers/init.js";
export {
  LayerNorm,
  type LayerNormLayerOptions,
  type LayerNormOptions,
  layerNorm,
  type NormalizedShape,
} from "./layers/layer-norm.js";
export { Linear, type LinearOptions } from "./layers/linear.js";
export { type BceOptions, bceWithLogits } from "./layers/losses/bce-with-logits.js";
export type { ClassLossOptions, Labels } from "./layers/losses/class-loss.js";
export { type CrossEntropyOptions, crossEntropy } from "./layers/losses/cross-entropy.js";
export {
  type CosineEmbeddingOptions,
  type CosineSimilarityOptions,
  cosineEmbeddingLoss,
  cosineSimilarity,
  type TripletMarginOptions,
  tripletMarginLoss,
} from "./layers/losses/distances.js";
export type { LossOptions } from "./layers/losses/element-loss.js";
export { type FocalOptions, sigmoidFocalLoss } from "./layers/losses/focal-loss.js";
export { type HuberOptions, huberLoss, type SmoothL1Options, smoothL1Loss } from "./layers/losses/huber-loss.js";
export { type KlDivOptions, klDiv } from "./layers/losses/kl-div.js";
export { l1Loss } from "./layers/losses/l1-loss.js";
export { mseLoss } from "./layers/losses/mse-loss.js";
export { nllLoss } from "./layers/losses/nll-loss.js";
export type { Reduction } from "./layers/losses/reduction.js";
export { LSTM, type LSTMState } from "./layers/lstm.js";
export { MaxPool2d } from "./layers/max-pool2d.js";
export { type AnyModule, Module } from "./layers/module.js";
export {
  type AttentionMaskOptions,
  MultiheadAttention,
  type MultiheadAttentionOptions,
} from "./layers/multihead-attention.js";
export { Normalize } from "./layers/normalize.js";
export { PixelShuffle, pixelShuffle } from "./layers/pixel-shuffle.js";
export { PReLU, type PReLUOptions } from "./layers/prelu.js";
export type { RecurrentOptions } from "./layers/recurrent.js";
export { type Layer, Sequential } from "./layers/sequential.js";
export type { LoadOptions, LoadResult, StateDict } from "./layers/state-dict.js";
export { type LayerSummary, ModelSummary, summary } from "./layers/summary.js";
export { TransformerEncoderLayer, type TransformerEncoderLayerOptions } from "./layers/transformer-encoder-layer.js";
export { type InterpolateOptions, interpolate, Upsample } from "./layers/upsample.js";
export { type BootstrapOptions, bootstrapInterval, type Interval } from "./metrics/bootstrap.js";
export {
  brierScore,
  type CalibrationBin,
  type CalibrationOptions,
  calibrationCurve,
  expectedCalibrationError,
} from "./metrics/calibration.js";
export {
  accuracy,
  type ClassificationReport,
  type ClassScores,
  classificationReport,
  confusionMatrix,
  errorRate,
  f1,
  precision,
  recall,
} from "./metrics/classification.js";
export { type McNemar, mcnemar } from "./metrics/mcnemar.js";
export { type MultilabelOptions, type MultilabelReport, multilabelReport } from "./metrics/multilabel.js";
export { averagePrecision, type PrecisionRecallCurve, precisionRecallCurve } from "./metrics/precision-recall.js";
export { meanAbsoluteError, r2Score, rootMeanSquaredError } from "./metrics/regression.js";
export { auc, type RocCurve, rocCurve } from "./metrics/roc.js";
export { type ThresholdRow, thresholdTable } from "./metrics/thresholds.js";
export { topKAccuracy } from "./metrics/top-k.js";
export type { ClassifierOptions } from "./nets/classifier.js";
export { Net1 } from "./nets/net1.js";
export { Net2, type Net2Options } from "./nets/net2.js";
export { Net3, type Net3Options } from "./nets/net3.js";
export { Adagrad, type AdagradOptions } from "./optim/adagrad.js";
export { Adam, type AdamOptions } from "./optim/adam.js";
export { AdamW } from "./optim/adamw.js";
export { clipGradNorm, clipGradValue } from "./optim/clip.js";
export { Lion, type LionOptions } from "./optim/lion.js";
export { Optimizer, type OptimizerKind, type OptimizerStep } from "./optim/optimizer.js";
export type { OptimizerState } from "./optim/optimizer-state.js";
export type { GroupOptions, ParameterGroup, ParametersOrGroups, RateOptions } from "./optim/parameter-groups.js";
export { RMSprop, type RmspropOptions } from "./optim/rmsprop.js";
export {
  CosineAnnealingLR,
  type CosineAnnealingOptions,
  CosineAnnealingWarmRestarts,
  type WarmRestartOptions,
} from "./optim/schedules/cosine-annealing-lr.js";
export { CosineWarmupLR, type CosineWarmupOptions } from "./optim/schedules/cosine-warmup-lr.js";
export { ExponentialLR, type ExponentialOptions } from "./optim/schedules/exponential-lr.js";
export { LambdaLR } from "./optim/schedules/lambda-lr.js";
export { LinearLR, type LinearLROptions } from "./optim/schedules/linear-lr.js";
export { MultiStepLR, type MultiStepOptions } from "./optim/schedules/multi-step-lr.js";
export { OneCycleLR, type OneCycleOptions } from "./optim/schedules/one-cycle-lr.js";
export { PolynomialLR, type PolynomialOptions } from "./optim/schedules/polynomial-lr.js";
export { type PlateauOptions, ReduceLROnPlateau } from "./optim/schedules/reduce-lr-on-plateau.js";
export type { Schedule, ScheduleState } from "./optim/schedules/schedule.js";
export { StepLR, type StepOptions } from "./optim/schedules/step-lr.js";
export { WarmupLR, type WarmupOptions } from "./optim/schedules/warmup-lr.js";
export { SGD, type SgdOptions } from "./optim/sgd.js";
export { type AttentionOptions, scaledDotProductAttention } from "./tensor/ops/attention.js";
export { type ConvTranspose2dOptions, convTranspose2d } from "./tensor/ops/conv-transpose2d.js";
export { type Conv1dOptions, conv1d } from "./tensor/ops/conv1d.js";
export { adaptiveAvgPool2d, adaptiveMaxPool2d } from "./tensor/ops/pooling/adaptive-pool2d.js";

import "./tensor/methods.js";

export { AnomalyError, detectAnomaly } from "./tensor/anomaly.js";
export { ArgumentError } from "./tensor/arguments.js";
export { type BackwardOptions, backward, isGradEnabled } from "./tensor/autograd.js";
export type { Backend, DType, MemoryInfo, Storage } from "./tensor/backend/backend.js";
export { type BackendName, type BackendOptions, backends, memory, useBackend } from "./tensor/backend/registry.js";
export { type RandomOptions, rand, randn } from "./tensor/factories/drawn.js";
export { full, ones, zeros } from "./tensor/factories/filled.js";
export { tensor } from "./tensor/factories/from-values.js";
export type { TensorOptions } from "./tensor/factories/options.js";
export { arange, eye, linspace } from "./tensor/factories/sequences.js";
export { type GradcheckOptions, gradcheck } from "./tensor/gradcheck.js";
export { all } from "./tensor/ops/all.js";
export { any } from "./tensor/ops/any.js";
export { argMin } from "./tensor/ops/arg-min.js";
export { type Conv2dOptions, conv2d } from "./tensor/ops/conv2d.js";
export { cumsum, prod } from "./tensor/ops/cumulative.js";
export { type DropoutOptions, dropout } from "./tensor/ops/dropout.js";
export { einsum } from "./tensor/ops/einsum.js";
export type { Indices } from "./tensor/ops/indices.js";
export { logSumExp } from "./tensor/ops/log-sum-exp.js";
export { type MatmulOptions, matmul } from "./tensor/ops/matmul.js";
export { cat, stack } from "./tensor/ops/movement/cat.js";
export { clone } from "./tensor/ops/movement/clone.js";
export { flip, roll } from "./tensor/ops/movement/flip.js";
export { gather, scatterAdd } from "./tensor/ops/movement/gather.js";
export { indexSelect } from "./tensor/ops/movement/index-select.js";
export { type PadMode, type PadOptions, pad } from "./tensor/ops/movement/pad.js";
export { permute, transpose } from "./tensor/ops/movement/permute.js";
export { repeat } from "./tensor/ops/movement/repeat.js";
export { flatten, reshape } from "./tensor/ops/movement/reshape.js";
export { slice } from "./tensor/ops/movement/slice.js";
export { chunk, split } from "./tensor/ops/movement/split.js";
export { squeeze, unsqueeze } from "./tensor/ops/movement/squeeze.js";
export { norm, std } from "./tensor/ops/norm.js";
export { type Moments, moments, type NormalizeOptions, normalize } from "./tensor/ops/normalize.js";
export { oneHot } from "./tensor/ops/one-hot.js";
export { add, div, mul, neg, sub } from "./tensor/ops/pointwise/arithmetic.js";
export type { Operand } from "./tensor/ops/pointwise/binary.js";
export { eq, maximum, minimum } from "./tensor/ops/pointwise/comparisons.js";
export { celu, elu, selu } from "./tensor/ops/pointwise/exponential-units.js";
export { exp, log } from "./tensor/ops/pointwise/exponentials.js";
export { hardsigmoid, hardswish, hardtanh, relu6, softsign } from "./tensor/ops/pointwise/hard-activations.js";
export { abs, clamp } from "./tensor/ops/pointwise/magnitude.js";
export { mish } from "./tensor/ops/pointwise/mish.js";
export { erf, expm1, log1p } from "./tensor/ops/pointwise/near-zero.js";
export { ge, gt, isNaN, le, lt, ne } from "./tensor/ops/pointwise/order.js";
export { pow, sqrt, square } from "./tensor/ops/pointwise/powers.js";
export { reciprocal, rsqrt } from "./tensor/ops/pointwise/reciprocals.js";
export { leakyRelu, relu } from "./tensor/ops/pointwise/rectifiers.js";
export { floor, round, sign } from "./tensor/ops/pointwise/rounding.js";
export { gelu, sigmoid, silu, softplus, tanh } from "./tensor/ops/pointwise/smooth-activations.js";
export { cos, sin } from "./tensor/ops/pointwise/trigonometry.js";
export { maskedFill, where } from "./tensor/ops/pointwise/where.js";
export { type AvgPool2dOptions, avgPool2d } from "./tensor/ops/pooling/avg-pool2d.js";
export { type MaxPool2dOptions, maxPool2d } from "./tensor/ops/pooling/max-pool2d.js";
export type { Pool2dOptions } from "./tensor/ops/pooling/pool-window.js";
export {
  argMax,
  max,
  mean,
  min,
  type VarianceOptions,
  variance,
} from "./tensor/ops/reduce.js";
export { logSoftmax, softmax } from "./tensor/ops/softmax.js";
export { argsort, type Sorted, type SortOptions, sort, type TopkOptions, topk } from "./tensor/ops/sort.js";
export { expand, type ReduceOptions, sum } from "./tensor/ops/sum.js";
export { tril, triu } from "./tensor/ops/triangle.js";
export type { Pair } from "./tensor/ops/window.js";
export { defaultGenerator, Generator, manualSeed, type Stream } from "./tensor/random.js";
export { noGrad, scope } from "./tensor/scope.js";
export { type Shape, ShapeError } from "./tensor/shape.js";
export {
  type BackwardStep,
  type ForwardStep,
  type Kept,
  type NumbersSummary,
  recordTape,
  Tape,
  type TapeOptions,
  type TapeStep,
  type TapeSummary,
  type TapeTensor,
} from "./tensor/tape.js";
export { Parameter, Tensor } from "./tensor/tensor.js";
export type { TensorValues } from "./tensor/values.js";
export { bestEpoch, type MetricName } from "./train/best-epoch.js";
export {
  decodeCheckpoint,
  encodeCheckpoint,
  loadCheckpoint,
  loadWeights,
  saveCheckpoint,
  type Training,
} from "./train/checkpoint.js";
export type { Batches, DataSource } from "./train/data-source.js";
export { type EvaluateOptions, evaluate } from "./train/evaluate.js";
export {
  type FindLearningRateOptions,
  findLearningRate,
  type LearningRateSearch,
} from "./train/find-learning-rate.js";
export { type FitOptions, fit } from "./train/fit.js";
export type { AnyMetrics, Metrics, MetricsOf } from "./train/metrics.js";
export { BrokenLossError } from "./train/pass.js";
export { TrainingPosition } from "./train/position.js";
export {
  type LikelyClass,
  type Prediction,
  type PredictionBy,
  type PredictOptions,
  predict,
  type TopPrediction,
} from "./train/predict.js";
export { type ConsoleProgress, consoleProgress } from "./train/progress.js";
export type { EpochReport, StepGradients, StepReport } from "./train/reports.js";
export type { KnownTargets, LossFunction } from "./train/target-loss.js";
export { WeightAverage, type WeightAverageOptions } from "./train/weight-average.js";
