// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MintableToken} from "./MintableToken.sol";

/// @title RebasingToken
/// @notice Balances grow and shrink without transfers; amounts that move are exact.
contract RebasingToken is MintableToken {
    uint256 private percent = 100;

    function rebase(uint256 percent_) external {
        percent = percent_;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return (super.balanceOf(account) * percent) / 100;
    }

    function _update(address from, address to, uint256 value) internal override {
        // Rounded up, so that a sender never keeps what it sent.
        super._update(from, to, (value * 100 + percent - 1) / percent);
    }
}
