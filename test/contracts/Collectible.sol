// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";

contract Collectible is ERC721 {
    constructor() ERC721("Collectible", "COL") {}

    function mint(address to, uint256 id) external {
        _safeMint(to, id);
    }
}

/// Takes collectibles, and remembers the last one.
contract Collector is IERC721Receiver {
    uint256 public last;

    function onERC721Received(address, address, uint256 id, bytes calldata) external returns (bytes4) {
        last = id;
        return this.onERC721Received.selector;
    }
}
