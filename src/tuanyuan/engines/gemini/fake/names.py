"""Names that the service knows, in camel case.

Google's JSON refuses every other name, so a slip of the pen does not pass unseen. Contract: gemini.md 3.3 for those
that matter for pictures; the vendor's SDK can send the rest.
"""

from __future__ import annotations

ROOT = frozenset(
    [
        "contents",
        "systemInstruction",
        "generationConfig",
        "safetySettings",
        "tools",
        "toolConfig",
        "cachedContent",
        "labels",
        "serviceTier",
        "store",
        "continuationToken",
        "model",
    ]
)
PART = frozenset(["text", "inlineData", "fileData", "thought", "thoughtSignature", "mediaResolution", "partMetadata"])
GENERATION = frozenset(
    [
        "responseModalities",
        "imageConfig",
        "seed",
        "temperature",
        "candidateCount",
        "topP",
        "topK",
        "maxOutputTokens",
        "stopSequences",
        "presencePenalty",
        "frequencyPenalty",
        "responseLogprobs",
        "logprobs",
        "responseMimeType",
        "responseSchema",
        "responseJsonSchema",
        "mediaResolution",
        "thinkingConfig",
        "speechConfig",
        "enableEnhancedCivicAnswers",
    ]
)
IMAGE = frozenset(["aspectRatio", "imageSize", "personGeneration"])
HARM_CATEGORIES = tuple(
    f"HARM_CATEGORY_{name}"
    for name in [
        "HARASSMENT",
        "HATE_SPEECH",
        "SEXUALLY_EXPLICIT",
        "DANGEROUS_CONTENT",
        "CIVIC_INTEGRITY",
        "IMAGE_HATE",
        "IMAGE_DANGEROUS_CONTENT",
        "IMAGE_HARASSMENT",
        "IMAGE_SEXUALLY_EXPLICIT",
    ]
)
