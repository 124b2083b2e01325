import { Type } from "typebox";
import { integer, section, visionTokens } from "./parts.ts";

export const ImageSchema = section(
  {
    max_bytes: integer(1024, 1073741824, "largest single image; a larger one is refused with image_too_large"),
    max_pixels: integer(1024, 1000000000, "most pixels (width x height, from the header, before decoding)"),
    max_images: integer(1, 16, "most images in one request"),
    quality: integer(40, 100, "JPEG quality of the prepared image"),
    vision_tokens: visionTokens("budget of vision tokens for one image: a number, or one for each view"),
    max_vision_tokens_per_request: integer(16, 65536, "budget of all images of one request together"),
    urls: section(
      {
        enabled: Type.Boolean({ description: "whether JSON requests may name images by https URL" }),
        allow_hosts: Type.Array(Type.String({ minLength: 1 }), {
          maxItems: 1000,
          description:
            "hosts to fetch from; `*.example.com` stands for its subdomains and not for itself; empty allows every public host",
        }),
      },
      "images by URL",
    ),
  },
  "limits and preparation of images",
);
